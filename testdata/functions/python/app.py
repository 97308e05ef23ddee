"""Handlers for the tests of the function runner, one for each behaviour."""

import logging
import os
import subprocess
import sys
import time

calls = 0


def echo(event, context):
    return event


def fail(event, context):
    raise Exception("Error: Raising four hundred from within the Lambda function")


def count(event, context):
    global calls
    calls += 1
    return {"calls": calls, "pid": os.getpid()}


def describe(event, context):
    client = context.client_context
    return {
        "function_name": context.function_name,
        "function_version": context.function_version,
        "invoked_function_arn": context.invoked_function_arn,
        "memory_limit_in_mb": context.memory_limit_in_mb,
        "aws_request_id": context.aws_request_id,
        "log_group_name": context.log_group_name,
        "has_log_stream": context.log_stream_name == os.environ["AWS_LAMBDA_LOG_STREAM_NAME"],
        "custom": client.custom if client else None,
        "identity": context.identity.cognito_identity_id,
        "remaining": 0 < context.get_remaining_time_in_millis() <= 10000,
        "trace": os.environ.get("_X_AMZN_TRACE_ID"),
    }


def environment(event, context):
    return {"environment": dict(os.environ), "cwd": os.getcwd()}


def log(event, context):
    print("printed")
    logging.getLogger().warning("warned %d", 1)
    sys.stderr.write("to stderr\n")
    sys.stdout.write("no newline")


def unserializable(event, context):
    return {1}


def exit(event, context):
    os._exit(event.get("status", 1))


def sleep(event, context):
    time.sleep(event["seconds"])
    return "slept"


def large(event, context):
    return "x" * event["bytes"]


def child(event, context):
    return subprocess.Popen(["sleep", "600"]).pid


def child_then_hang(event, context):
    print("child %d" % child(event, context))
    time.sleep(600)


def flood(event, context):
    for _ in range(5000):
        print("x" * 100)
    os.write(2, b"y" * 200000)
    return "flooded"
