"""Runs the handler of a Python Lambda function against the Runtime API."""

import decimal
import importlib
import importlib.machinery
import json
import logging
import os
import socket
import sys
import time
import traceback

API = os.environ["AWS_LAMBDA_RUNTIME_API"]
TASK_ROOT = os.environ["LAMBDA_TASK_ROOT"]
PREFIX = "/2018-06-01/runtime/"


class Api:
    """One keep-alive connection. http.client costs as much as all the rest."""

    def __init__(self):
        host, port = API.rsplit(":", 1)
        self.socket = socket.create_connection((host, int(port)))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.buffer = b""

    def request(self, method, path, body=b"", headers=()):
        lines = ["%s %s%s HTTP/1.1" % (method, PREFIX, path), "Host: " + API]
        lines += ["%s: %s" % pair for pair in headers]
        if method == "POST":
            lines.append("Content-Length: %d" % len(body))
        head = "\r\n".join(lines) + "\r\n\r\n"
        self.socket.sendall(head.encode("utf-8") + body)
        return self._answer()

    def _answer(self):
        while True:
            end = self.buffer.find(b"\r\n\r\n")
            if end >= 0:
                break
            self._receive(65536)
        lines = self.buffer[:end].decode("utf-8", "replace").split("\r\n")
        headers = {}
        for line in lines[1:]:
            name, _, value = line.partition(":")
            headers[name.lower()] = value.strip()
        start, length = end + 4, int(headers.get("content-length", 0))
        if len(self.buffer) < start + length:
            parts, have = [self.buffer[start:]], len(self.buffer) - start
            while have < length:
                part = self.socket.recv(min(1 << 20, length - have))
                if not part:
                    self._closed()
                parts.append(part)
                have += len(part)
            body, self.buffer = b"".join(parts), b""
        else:
            body = self.buffer[start : start + length]
            self.buffer = self.buffer[start + length :]
        return headers, body

    def _receive(self, size):
        part = self.socket.recv(size)
        if not part:
            self._closed()
        self.buffer += part

    def _closed(self):
        # The emulator is gone, and so is the reason to run.
        os._exit(0)


class ClientContext:
    def __init__(self, data):
        client = data.get("client")
        self.client = Client(client) if client is not None else None
        self.custom = data.get("custom")
        self.env = data.get("env")


class Client:
    def __init__(self, data):
        for name in ("installation_id", "app_title", "app_version_name", "app_version_code", "app_package_name"):
            setattr(self, name, data.get(name))


class CognitoIdentity:
    def __init__(self, data):
        self.cognito_identity_id = data.get("cognitoIdentityId")
        self.cognito_identity_pool_id = data.get("cognitoIdentityPoolId")


class LambdaContext:
    def __init__(self, headers):
        env = os.environ
        self.aws_request_id = headers.get("lambda-runtime-aws-request-id")
        self.log_group_name = env.get("AWS_LAMBDA_LOG_GROUP_NAME")
        self.log_stream_name = env.get("AWS_LAMBDA_LOG_STREAM_NAME")
        self.function_name = env.get("AWS_LAMBDA_FUNCTION_NAME")
        self.memory_limit_in_mb = env.get("AWS_LAMBDA_FUNCTION_MEMORY_SIZE")
        self.function_version = env.get("AWS_LAMBDA_FUNCTION_VERSION")
        self.invoked_function_arn = headers.get("lambda-runtime-invoked-function-arn")
        self.tenant_id = headers.get("lambda-runtime-aws-tenant-id")
        client = headers.get("lambda-runtime-client-context")
        self.client_context = ClientContext(json.loads(client)) if client else None
        identity = headers.get("lambda-runtime-cognito-identity")
        self.identity = CognitoIdentity(json.loads(identity) if identity else {})
        self._deadline_ms = int(headers.get("lambda-runtime-deadline-ms", 0))

    def get_remaining_time_in_millis(self):
        return max(self._deadline_ms - int(time.time() * 1000), 0)

    def log(self, message):
        sys.stdout.write(str(message))

    def __repr__(self):
        pairs = ("%s=%s" % (k, v) for k, v in vars(self).items() if k != "_deadline_ms")
        return "LambdaContext([%s])" % ",".join(pairs)


class Fault(Exception):
    """A failure with an error type of Lambda's own."""

    def __init__(self, error_type, message, trace=()):
        super().__init__(message)
        self.error_type = error_type
        self.trace = list(trace)


class Encoder(json.JSONEncoder):
    def default(self, o):
        if isinstance(o, decimal.Decimal):
            return int(o) if o == o.to_integral_value() else float(o)
        return super().default(o)


class LambdaLogHandler(logging.Handler):
    def emit(self, record):
        sys.stdout.write(self.format(record))


class LambdaLogFilter(logging.Filter):
    request_id = ""

    def filter(self, record):
        record.aws_request_id = LambdaLogFilter.request_id
        record.tenant_id = ""
        return True


JSON_LOGS = os.environ.get("AWS_LAMBDA_LOG_FORMAT") == "JSON"


class JsonFormatter(logging.Formatter):
    converter = time.gmtime
    own = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "aws_request_id", "tenant_id"}

    def format(self, record):
        line = {
            "timestamp": self.formatTime(record, "%Y-%m-%dT%H:%M:%SZ"),
            "level": record.levelname,
            "message": record.getMessage(),
            "logger": record.name,
        }
        if record.exc_info:
            kind, error, trace = record.exc_info
            line["stackTrace"] = traceback.format_list(traceback.extract_tb(trace))
            line["errorType"] = kind.__name__ if kind else None
            line["errorMessage"] = str(error)
            line["location"] = "%s:%s:%s" % (as_on_aws(record.pathname), record.funcName, record.lineno)
        for name, value in vars(record).items():
            if name not in self.own and name not in line:
                line[name] = value
        line["requestId"] = record.aws_request_id
        return json.dumps(line, default=str, ensure_ascii=False) + "\n"


def set_up_json_logging():
    handler = LambdaLogHandler()
    handler.setFormatter(JsonFormatter())
    handler.addFilter(LambdaLogFilter())
    logging.root.addHandler(handler)
    level = {"TRACE": "DEBUG", "FATAL": "CRITICAL"}
    wanted = os.environ.get("AWS_LAMBDA_LOG_LEVEL") or "INFO"
    logging.root.setLevel(level.get(wanted, wanted))


def set_up_logging():
    if JSON_LOGS:
        set_up_json_logging()
        return
    formatter = logging.Formatter(
        "[%(levelname)s]\t%(asctime)s.%(msecs)03dZ\t%(aws_request_id)s\t%(message)s\n", "%Y-%m-%dT%H:%M:%S"
    )
    formatter.converter = time.gmtime
    handler = LambdaLogHandler()
    handler.setFormatter(formatter)
    handler.addFilter(LambdaLogFilter())
    logging.root.addHandler(handler)


def load_handler(name):
    try:
        module_name, function_name = name.rsplit(".", 1)
    except ValueError as e:
        raise Fault("Runtime.MalformedHandlerName", "Bad handler '%s': %s" % (name, e)) from None
    try:
        module = importlib.import_module(module_name.replace("/", "."))
    except ImportError as e:
        raise Fault("Runtime.ImportModuleError", "Unable to import module '%s': %s" % (module_name, e)) from None
    except SyntaxError as e:
        trace = ['  File "%s" Line %s\n    %s' % (as_on_aws(str(e.filename)), e.lineno, e.text)]
        message = "Syntax error in module '%s': %s" % (module_name, e)
        raise Fault("Runtime.UserCodeSyntaxError", message, trace) from None
    try:
        return getattr(module, function_name)
    except AttributeError:
        message = "Handler '%s' missing on module '%s'" % (function_name, module_name)
        raise Fault("Runtime.HandlerNotFound", message) from None


def as_on_aws(path):
    if path == TASK_ROOT or path.startswith(TASK_ROOT + os.sep):
        return "/var/task" + path[len(TASK_ROOT) :].replace(os.sep, "/")
    return path


def trace_of(error):
    """The stack below this file, with the paths that it has on AWS."""
    frames = [
        (as_on_aws(f.filename), f.lineno, f.name, f.line)
        for f in traceback.extract_tb(error.__traceback__)
        if f.filename != __file__ and "importlib" not in f.filename
    ]
    return traceback.format_list(frames)


def error_object(error, request_id):
    if isinstance(error, Fault):
        error_type, trace = error.error_type, error.trace
    else:
        error_type, trace = type(error).__name__, trace_of(error)
    return {"errorMessage": str(error), "errorType": error_type, "requestId": request_id, "stackTrace": trace}


def log_error(result):
    if JSON_LOGS:
        line = {"timestamp": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()), "log_level": "ERROR", **result}
        print(json.dumps(line, ensure_ascii=False))
        return
    lines = ["[ERROR] %s: %s" % (result["errorType"], result["errorMessage"])]
    if result["stackTrace"]:
        lines.append("Traceback (most recent call last):")
        lines += [line for entry in result["stackTrace"] for line in entry.rstrip("\n").split("\n")]
    # Carriage returns keep it one log event, as on AWS.
    print("\r".join(lines))


def handle(handler, event_bytes, headers):
    try:
        event = json.loads(event_bytes)
    except ValueError as e:
        raise Fault("Runtime.UnmarshalError", "Unable to unmarshal input: %s" % e) from None
    result = handler(event, LambdaContext(headers))
    try:
        return json.dumps(result, cls=Encoder, ensure_ascii=ASCII).encode("utf-8")
    except (TypeError, ValueError, RecursionError) as e:
        raise Fault("Runtime.MarshalError", "Unable to marshal response: %s" % e) from None


def python_minor():
    _, _, minor = os.environ.get("AWS_EXECUTION_ENV", "").rpartition("python3.")
    return int(minor) if minor.isdigit() else 0


# Since 3.12 results keep their characters, before that they are escaped.
ASCII = python_minor() < 12


def report(api, error, request_id):
    result = error_object(error, request_id)
    log_error(result)
    sys.stdout.flush()
    sys.stderr.flush()
    body = json.dumps(result, ensure_ascii=True).encode("utf-8")
    headers = [("Content-Type", "application/json"), ("Lambda-Runtime-Function-Error-Type", result["errorType"])]
    api.request("POST", "invocation/%s/error" % request_id, body, headers)


def resolve_localhost():
    """Has names below localhost stand for this machine, as RFC 6761 says: events name
    APIs so, and not every system resolves them."""
    resolve = socket.getaddrinfo

    def getaddrinfo(host, *args, **kwargs):
        name = host.decode("ascii", "replace") if isinstance(host, bytes) else host
        if isinstance(name, str) and name.rstrip(".").lower().endswith(".localhost"):
            host = "127.0.0.1"
        return resolve(host, *args, **kwargs)

    socket.getaddrinfo = getaddrinfo


class SdkFinder:
    """Finds the SDK, which AWS's runtimes have, where another Python of this machine has it
    and the function's own has not. It is asked last."""

    roots = {"boto3", "botocore"}
    needed = {"s3transfer", "jmespath", "dateutil", "urllib3", "six"}
    directory = None

    @classmethod
    def find_spec(cls, name, path=None, target=None):
        if path is not None or name not in cls.roots and not (cls.directory and name in cls.needed):
            return None
        if cls.directory is None:
            cls.directory = cls.locate()
        if not cls.directory:
            return None
        return importlib.machinery.PathFinder.find_spec(name, [cls.directory])

    @staticmethod
    def locate():
        import subprocess

        code = "import os, boto3; print(os.path.dirname(os.path.dirname(boto3.__file__)))"
        asked = set()
        for directory in os.environ.get("PATH", "").split(os.pathsep):
            for name in ("python3", "python"):
                program = os.path.join(directory, name)
                if program in asked or not os.access(program, os.X_OK):
                    continue
                asked.add(program)
                try:
                    found = subprocess.run(
                        [program, "-c", code],
                        env={"PATH": os.environ["PATH"], "HOME": os.path.expanduser("~")},
                        capture_output=True,
                        text=True,
                        timeout=10,
                        check=True,
                    )
                    return found.stdout.strip()
                except (OSError, subprocess.SubprocessError):
                    continue
        return ""


def main():
    sys.path[0] = TASK_ROOT
    resolve_localhost()
    sys.meta_path.append(SdkFinder)
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(encoding="utf-8", errors="backslashreplace", line_buffering=True)
    set_up_logging()
    api = Api()
    handler = fault = None
    try:
        handler = load_handler(os.environ["_HANDLER"])
    except Exception as e:  # noqa: BLE001
        fault = e
    while True:
        headers, event = api.request("GET", "invocation/next")
        request_id = headers.get("lambda-runtime-aws-request-id")
        if not request_id:
            os._exit(1)
        LambdaLogFilter.request_id = request_id
        if headers.get("lambda-runtime-trace-id"):
            os.environ["_X_AMZN_TRACE_ID"] = headers["lambda-runtime-trace-id"]
        if fault is not None:
            # Reported with a request id, then a fresh start: whatever was missing may
            # be there the next time.
            report(api, fault, request_id)
            sys.exit(1)
        try:
            result = handle(handler, event, headers)
        except Exception as e:  # noqa: BLE001
            report(api, e, request_id)
            continue
        sys.stdout.flush()
        sys.stderr.flush()
        api.request("POST", "invocation/%s/response" % request_id, result, [("Content-Type", "application/json")])


if __name__ == "__main__":
    try:
        main()
    except (ConnectionError, BrokenPipeError):
        os._exit(0)
