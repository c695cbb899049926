"""A save that was confirmed is there, whatever happens to the server afterwards."""

import http.client
import os
import signal
import socket
import subprocess
import sys
from threading import Event
from urllib.parse import urlencode

from app.records import answers
from app.web.access import SESSION_COOKIE
from tests.web.conftest import Site

QUESTION = "security.secrets"
SAVES_BEFORE_THE_KILL = 25


def test_every_confirmed_save_survives_a_killed_server(site: Site) -> None:
    assessment = site.assessment()
    cookie = site.visit("owner").cookies[SESSION_COOKIE]
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    command = [sys.executable, "-m", "uvicorn", "app.web.serving:app", "--port", str(port), "--log-level", "critical"]
    environment = os.environ | {"READYROOM_DATABASE_URL": site.url}
    with subprocess.Popen(command, env=environment) as process:
        connection = _connected(process, port)
        confirmed = 0
        while True:
            form = urlencode({"seen": confirmed, "level": confirmed % 5, "note": f"save {confirmed + 1}"})
            headers = {"Cookie": f"{SESSION_COOKIE}={cookie}", "Content-Type": "application/x-www-form-urlencoded"}
            try:
                connection.request("POST", f"/assessments/{assessment}/answers/{QUESTION}", form, headers)
                answer = connection.getresponse()
                answer.read()
            except (ConnectionError, http.client.HTTPException):
                break  # the server is gone; what it had confirmed until now counts
            assert answer.status == 303
            confirmed += 1
            if confirmed == SAVES_BEFORE_THE_KILL:
                process.send_signal(signal.SIGKILL)
    with site.database.reading() as db:
        kept = answers.version_of(db, site.callers["owner"], assessment, QUESTION)
    assert kept >= confirmed >= SAVES_BEFORE_THE_KILL


def _connected(process: "subprocess.Popen[bytes]", port: int) -> http.client.HTTPConnection:
    pause = Event()
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    while process.poll() is None:
        try:
            connection.connect()
        except ConnectionError:
            pause.wait(0.02)
        else:
            return connection
    raise AssertionError("the server did not start")
