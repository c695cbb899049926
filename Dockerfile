FROM python:3.12-slim AS build
WORKDIR /build
RUN python -m venv /opt/readyroom
COPY requirements.lock ./
RUN /opt/readyroom/bin/python -m pip install --no-cache-dir --require-hashes --no-deps --requirement requirements.lock
COPY pyproject.toml ./
COPY app ./app
COPY templates ./templates
COPY static ./static
COPY migrations ./migrations
RUN /opt/readyroom/bin/python -m pip install --no-cache-dir --no-deps --no-build-isolation .

FROM python:3.12-slim
RUN useradd --system --uid 10001 --create-home readyroom \
    && install --directory --owner=readyroom --group=readyroom /data
COPY --from=build /opt/readyroom /opt/readyroom
ENV PATH=/opt/readyroom/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    READYROOM_DATABASE_URL=sqlite:////data/readyroom.db
USER readyroom
WORKDIR /data
VOLUME /data
EXPOSE 8000
HEALTHCHECK --interval=30s --timeout=5s --start-period=20s --retries=3 \
    CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8000/healthz', timeout=4)"]
CMD ["sh", "-c", "readyroom migrate && exec readyroom serve --host 0.0.0.0 --port 8000"]
