import asyncio, threading, time, traceback, sys, pytest
from tests.web.conftest import *
def chunks(size):
    for _ in range(size // 65536): yield b"x" * 65536
def watch():
    time.sleep(12)
    import gc
    for o in gc.get_objects():
        if isinstance(o, asyncio.Task) and not o.done():
            f=o.get_coro(); print("TASK", f.__qualname__ if hasattr(f,"__qualname__") else f)
            while f is not None:
                fr=getattr(f,"cr_frame",None) or getattr(f,"gi_frame",None) or getattr(f,"ag_frame",None)
                if fr: print("   ", fr.f_code.co_filename[-50:], fr.f_lineno, fr.f_code.co_name)
                f=getattr(f,"cr_await",None) or getattr(f,"gi_yieldfrom",None) or getattr(f,"ag_await",None)
    sys.stdout.flush(); sys.stderr.flush()
    import os; os._exit(1)
@pytest.mark.parametrize("path", ["/settings/name", "/pilots"])
def test_x(site, path, capsys):
    client = site.visit("owner")
    with capsys.disabled():
        if path=="/pilots": threading.Thread(target=watch,daemon=True).start()
        answer = client.post(path, content=chunks(20_000_000), headers={"Content-Type": "application/x-www-form-urlencoded"})
        print(answer)
