// Response streaming: awslambda.streamifyResponse and awslambda.HttpResponseStream.

import { Writable } from "node:stream";
import { errorObject } from "./errors.mjs";

const STREAMING = Symbol.for("aws.lambda.runtime.handler.streaming");
const HIGH_WATER_MARK = Symbol.for("aws.lambda.runtime.handler.streaming.highWaterMark");
const HTTP_RESPONSE = "application/vnd.awslambda.http-integration-response";

export function isStreaming(handler) {
  return handler[STREAMING] === "response";
}

// ResponseStream sends what is written to it as chunks of the response.
export class ResponseStream extends Writable {
  constructor(api, id, highWaterMark) {
    super({ highWaterMark: highWaterMark ?? 64 * 1024 });
    this.api = api;
    this.id = id;
    this.contentType = "application/octet-stream";
  }

  get started() {
    return this.answer !== undefined;
  }

  setContentType(type) {
    if (this.started) throw new Error("Cannot set content-type, too late.");
    this.contentType = type;
  }

  // begin opens the response. Bytes that have to come first come with its head.
  begin() {
    if (this.started) return;
    this.answer = this.api.answer();
    const head = this.api.head(`invocation/${this.id}/response`, {
      "Content-Type": this.contentType,
      "Lambda-Runtime-Function-Response-Mode": "streaming",
      "Transfer-Encoding": "chunked",
      Trailer: "Lambda-Runtime-Function-Error-Type, Lambda-Runtime-Function-Error-Body",
    });
    this.api.socket.write(Buffer.concat([Buffer.from(head), chunk(this.prelude ?? Buffer.alloc(0))]));
  }

  _write(data, encoding, done) {
    this.begin();
    const bytes = Buffer.isBuffer(data) ? data : Buffer.from(data, encoding);
    if (bytes.length === 0) return done();
    this.api.socket.write(chunk(bytes), () => done());
  }

  // finish ends the response; with an error the trailers say what went wrong.
  finish(error) {
    this.begin();
    let end = "0\r\n";
    if (error !== undefined) {
      const object = errorObject(error);
      const body = Buffer.from(JSON.stringify(object)).toString("base64");
      end += `Lambda-Runtime-Function-Error-Type: ${object.errorType.replace(/[\r\n]/g, " ")}\r\nLambda-Runtime-Function-Error-Body: ${body}\r\n`;
    }
    this.api.socket.write(`${end}\r\n`);
    return this.answer;
  }
}

// chunk is one piece of a chunked body; nothing makes no chunk, which would end it.
function chunk(bytes) {
  if (bytes.length === 0) return bytes;
  return Buffer.concat([Buffer.from(`${bytes.length.toString(16)}\r\n`), bytes, Buffer.from("\r\n")]);
}

export function installAwsLambda() {
  globalThis.awslambda = {
    streamifyResponse(handler, options) {
      handler[STREAMING] = "response";
      if (typeof options?.highWaterMark === "number") handler[HIGH_WATER_MARK] = Math.trunc(options.highWaterMark);
      return handler;
    },
    HttpResponseStream: {
      from(stream, metadata) {
        stream.setContentType(HTTP_RESPONSE);
        stream.prelude = Buffer.concat([Buffer.from(JSON.stringify(metadata ?? {})), Buffer.alloc(8)]);
        return stream;
      },
    },
  };
}

export function highWaterMarkOf(handler) {
  return handler[HIGH_WATER_MARK];
}
