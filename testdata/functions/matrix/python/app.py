"""One handler that does what the event says, the same in every runtime."""

import os
import subprocess
import time

calls = 0


def handler(event, context):
    global calls
    calls += 1
    what = event["do"]
    if what == "echo":
        return event["value"]
    if what == "length":
        return len(event["value"])
    if what == "large":
        return "x" * event["size"]
    if what == "count":
        return calls
    if what == "variable":
        return os.environ["MY_VARIABLE"]
    if what == "meet":
        return meet(event["dir"], event["count"])
    if what == "layer":
        return subprocess.run(["layered"], check=True, capture_output=True, text=True).stdout
    if what == "fail":
        raise ValueError("broken")
    if what == "exit":
        os._exit(3)
    time.sleep(3600)


def meet(directory, count):
    open(os.path.join(directory, str(os.getpid())), "w").close()
    while len(os.listdir(directory)) < count:
        time.sleep(0.005)
    return os.getpid()
