// Runs the handler of a Node.js Lambda function against the Runtime API.

import dns from "node:dns";
import { writeSync } from "node:fs";
import { format } from "node:util";
import { loadHandler, LambdaError } from "./handler.mjs";
import { RuntimeApi } from "./api.mjs";
import { asOnAws, errorObject } from "./errors.mjs";
import { missingSdk, offerSdk } from "./sdk.mjs";
import { highWaterMarkOf, installAwsLambda, isStreaming, ResponseStream } from "./streaming.mjs";

const env = process.env;
const pause = new Int32Array(new SharedArrayBuffer(4));
let requestId; // of the invocation being run; undefined during init

function print(level, text) {
  // Carriage returns keep it one log event, as on AWS.
  writeAll(`${new Date().toISOString()}\t${requestId}\t${level}\t${text.replace(/\n/g, "\r")}\n`);
}

function writeAll(text) {
  const bytes = Buffer.from(text);
  for (let done = 0; done < bytes.length; ) {
    try {
      done += writeSync(1, bytes, done);
    } catch (e) {
      // The function's own use of process.stdout makes the pipe non-blocking.
      if (e.code !== "EAGAIN") throw e;
      Atomics.wait(pause, 0, 0, 1);
    }
  }
}

const jsonLogs = env.AWS_LAMBDA_LOG_FORMAT === "JSON";
const weights = { TRACE: 0, DEBUG: 1, INFO: 2, WARN: 3, ERROR: 4, FATAL: 5 };

// printJson writes a line of the JSON log format; a single argument that is no string
// is the message itself, and an error has its parts beside it.
function printJson(level, args) {
  if (weights[level] < (weights[env.AWS_LAMBDA_LOG_LEVEL] ?? 2)) return;
  const line = { timestamp: new Date().toISOString(), level, requestId };
  const plain = (_, value) => (value instanceof Error ? errorFields(value) : typeof value === "bigint" ? String(value) : value);
  line.message = args.length === 1 && typeof args[0] !== "string" && !(args[0] instanceof Error) ? args[0] : format(...args);
  const error = args.find((arg) => arg instanceof Error);
  if (error) Object.assign(line, errorFields(error));
  let text;
  try {
    text = JSON.stringify(line, plain);
  } catch {
    text = JSON.stringify({ ...line, message: format(...args) });
  }
  writeAll(`${text}\n`);
}

function errorFields(error) {
  const { errorType, errorMessage, trace } = errorObject(error);
  return { errorType, errorMessage, stackTrace: trace.slice(1).map((frame) => frame.trim()) };
}

// resolveLocalhost has names below localhost stand for this machine, as RFC 6761 says:
// events name APIs so, and not every system resolves them.
function resolveLocalhost() {
  const local = (name) => (typeof name === "string" && /\.localhost\.?$/i.test(name) ? "127.0.0.1" : name);
  for (const module of [dns, dns.promises]) {
    const { lookup } = module;
    module.lookup = (name, ...rest) => lookup.call(module, local(name), ...rest);
    Object.defineProperties(module.lookup, Object.getOwnPropertyDescriptors(lookup));
  }
}

function patchConsole() {
  const levels = { trace: "TRACE", debug: "DEBUG", info: "INFO", log: "INFO", warn: "WARN", error: "ERROR", fatal: "FATAL" };
  for (const [method, level] of Object.entries(levels)) {
    console[method] = jsonLogs ? (...args) => printJson(level, args) : (...args) => print(level, format(...args));
  }
}

function logError(title, error) {
  const { errorType, errorMessage, trace } = errorObject(error);
  const extra = {};
  if (error instanceof Error) for (const [k, v] of Object.entries(error)) extra[k] = v;
  let json;
  try {
    json = JSON.stringify({ errorType, errorMessage, ...extra, stack: trace });
  } catch {
    json = JSON.stringify({ errorType, errorMessage, stack: trace });
  }
  if (!jsonLogs) return print("ERROR", `${title} \t${json}`);
  const line = { timestamp: new Date().toISOString(), level: "ERROR", requestId, message: JSON.parse(json) };
  writeAll(`${JSON.stringify(line)}\n`);
}

function contextOf(headers, invocation) {
  const deadline = Number(headers["lambda-runtime-deadline-ms"]);
  const json = (name) => (headers[name] ? JSON.parse(headers[name]) : undefined);
  const context = {
    callbackWaitsForEmptyEventLoop: true,
    functionVersion: env.AWS_LAMBDA_FUNCTION_VERSION,
    functionName: env.AWS_LAMBDA_FUNCTION_NAME,
    memoryLimitInMB: env.AWS_LAMBDA_FUNCTION_MEMORY_SIZE,
    logGroupName: env.AWS_LAMBDA_LOG_GROUP_NAME,
    logStreamName: env.AWS_LAMBDA_LOG_STREAM_NAME,
    clientContext: json("lambda-runtime-client-context"),
    identity: json("lambda-runtime-cognito-identity"),
    invokedFunctionArn: headers["lambda-runtime-invoked-function-arn"],
    awsRequestId: headers["lambda-runtime-aws-request-id"],
    getRemainingTimeInMillis: () => deadline - Date.now(),
  };
  if (headers["lambda-runtime-aws-tenant-id"]) context.tenantId = headers["lambda-runtime-aws-tenant-id"];
  if (invocation.callbacks) {
    context.done = (error, result) => invocation.settle(error, result, false);
    context.succeed = (result) => invocation.settle(null, result, false);
    context.fail = (error) => invocation.settle(error ?? "handled", undefined, false);
  }
  return context;
}

class Invocation {
  constructor(api, handler, event, headers) {
    this.api = api;
    this.id = headers["lambda-runtime-aws-request-id"];
    this.callbacks = !handler.withoutCallbacks;
    this.context = contextOf(headers, this);
    this.sent = new Promise((resolve) => (this.resolve = resolve));
    this.settled = false;
    // With nothing left to wait for and no result, the result is null.
    this.whenIdle = () => this.send(null, undefined);
    process.once("beforeExit", this.onIdle);
  }

  onIdle = () => setImmediate(() => this.whenIdle());

  settle(error, result, mayWait) {
    if (this.settled) return;
    this.settled = true;
    const failed = error !== undefined && error !== null;
    if (!failed && mayWait && this.context.callbackWaitsForEmptyEventLoop) {
      this.whenIdle = () => this.send(null, result);
      return;
    }
    this.send(failed ? error : null, result);
  }

  send(error, result) {
    if (this.over) return;
    this.over = this.settled = true;
    process.removeListener("beforeExit", this.onIdle);
    this.resolve(error === null ? this.respond(result) : this.fail("Invoke Error", error));
  }

  respond(result) {
    let body;
    try {
      body = JSON.stringify(result === undefined ? null : result);
    } catch (e) {
      return this.fail("Invoke Error", new LambdaError("Runtime.MarshalError", `Unable to stringify response body: ${e.message}`));
    }
    return this.api.post(`invocation/${this.id}/response`, body ?? "null");
  }

  fail(title, error) {
    logError(title, error);
    const object = errorObject(error);
    return this.api.post(`invocation/${this.id}/error`, JSON.stringify(object), {
      "Lambda-Runtime-Function-Error-Type": object.errorType,
    });
  }

  // Called for what escaped the handler: report, if nothing is on its way yet.
  async abort(title, error) {
    if (this.over) return logError(title, error);
    this.over = true;
    process.removeListener("beforeExit", this.onIdle);
    if (!this.out?.started) return this.fail(title, error);
    logError(title, error);
    await this.out.finish(error);
  }

  run(handler, event) {
    const callback = (error, result) => this.settle(error, result, true);
    try {
      if (isStreaming(handler)) return this.stream(handler, event);
      const returned = this.callbacks ? handler(event, this.context, callback) : handler(event, this.context);
      if (typeof returned?.then === "function") {
        returned.then((r) => this.settle(null, r, false), (e) => this.settle(e ?? "unknown", undefined, false));
      } else if (!this.callbacks) {
        this.settle(null, returned, false);
      }
    } catch (e) {
      this.settle(e ?? "unknown", undefined, false);
    }
  }

  // The response begins with the first byte written: an error before that is
  // reported like that of any handler, one after it at the end of the stream.
  stream(handler, event) {
    const out = (this.out = new ResponseStream(this.api, this.id, highWaterMarkOf(handler)));
    let failure;
    const end = () => {
      if (this.over) return;
      this.over = this.settled = true;
      process.removeListener("beforeExit", this.onIdle);
      if (failure === undefined) this.resolve(out.finish());
      else if (!out.started) this.resolve(this.fail("Invoke Error", failure));
      else {
        logError("Invoke Error", failure);
        this.resolve(out.finish(failure));
      }
    };
    const fail = (error) => {
      failure ??= error ?? "unknown";
      // What was written before the failure goes out first.
      if (!out.started || out.destroyed) end();
      else if (!out.writableEnded) out.end();
    };
    this.whenIdle = () => (out.writableEnded ? end() : out.end());
    out.on("error", fail);
    out.on("finish", end);
    const returned = handler(event, out, this.context);
    if (typeof returned?.then !== "function") return fail("Streaming does not support non-async handlers.");
    returned.then((result) => {
      if (result !== undefined) print("WARN", "Streaming handlers ignore return values.");
      if (!out.writableEnded) out.end();
    }, fail);
  }
}

async function main() {
  resolveLocalhost();
  patchConsole();
  installAwsLambda();
  const api = await RuntimeApi.connect(env.AWS_LAMBDA_RUNTIME_API);
  let current;
  const crash = (title, status) => async (error) => {
    if (current) await current.abort(title, error);
    else await initError(api, title, error);
    process.exit(status);
  };
  process.on("uncaughtException", crash("Uncaught Exception", 129));
  process.on("unhandledRejection", (reason) => {
    const error = new LambdaError("Runtime.UnhandledPromiseRejection", format(reason?.stack ? String(reason) : reason));
    error.reason = reason;
    crash("Unhandled Promise Rejection", 128)(error);
  });
  let handler;
  try {
    offerSdk();
    handler = await loadHandler(env.LAMBDA_TASK_ROOT, env._HANDLER);
  } catch (e) {
    await initError(api, "Uncaught Exception", e);
    process.exit(1);
  }
  for (;;) {
    const { headers, body } = await api.next();
    requestId = headers["lambda-runtime-aws-request-id"];
    if (headers["lambda-runtime-trace-id"]) env._X_AMZN_TRACE_ID = headers["lambda-runtime-trace-id"];
    let event;
    current = new Invocation(api, handler, event, headers);
    try {
      event = JSON.parse(body.toString("utf8"));
      current.run(handler, event);
    } catch (e) {
      current.settle(e, undefined, false);
    }
    await current.sent;
    current = undefined;
  }
}

async function initError(api, title, error) {
  logError(title, error);
  const hint = missingSdk(error);
  if (hint) writeAll(`${hint}\n`);
  const object = errorObject(error);
  await api.post("init/error", JSON.stringify(object), { "Lambda-Runtime-Function-Error-Type": object.errorType });
}

main().catch((e) => {
  writeAll(`${asOnAws(String(e?.stack ?? e))}\n`);
  process.exit(1);
});
