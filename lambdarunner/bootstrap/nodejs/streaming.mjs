// Response streaming: awslambda.streamifyResponse and awslambda.HttpResponseStream.

import { Writable } from "node:stream";
import { errorObject } from "./errors.mjs";

const STREAMING = Symbol.for("aws.lambda.runtime.handler.streaming");

export function isStreaming(handler) {
  return handler[STREAMING] === "response";
}

// ResponseStream sends what is written to it as chunks of the response.
export class ResponseStream extends Writable {
  constructor(api, id) {
    super({ highWaterMark: 64 * 1024 });
    this.api = api;
    this.id = id;
    this.contentType = "application/octet-stream";
  }

  setContentType(type) {
    this.contentType = type;
  }

  start() {
    if (this.answer) return;
    this.answer = this.api.answer();
    this.api.socket.write(
      this.api.head(`invocation/${this.id}/response`, {
        "Content-Type": this.contentType,
        "Lambda-Runtime-Function-Response-Mode": "streaming",
        "Transfer-Encoding": "chunked",
        Trailer: "Lambda-Runtime-Function-Error-Type, Lambda-Runtime-Function-Error-Body",
      }),
    );
  }

  _write(chunk, _encoding, done) {
    this.start();
    const bytes = Buffer.from(chunk);
    if (bytes.length === 0) return done();
    this.api.socket.write(Buffer.concat([Buffer.from(`${bytes.length.toString(16)}\r\n`), bytes, Buffer.from("\r\n")]), () => done());
  }

  // finish ends the response; with an error the trailers say what went wrong.
  finish(error) {
    this.start();
    let end = "0\r\n";
    if (error !== undefined) {
      const object = errorObject(error);
      const body = Buffer.from(JSON.stringify(object)).toString("base64");
      end += `Lambda-Runtime-Function-Error-Type: ${object.errorType}\r\nLambda-Runtime-Function-Error-Body: ${body}\r\n`;
    }
    this.api.socket.write(`${end}\r\n`);
    return this.answer;
  }
}

export function installAwsLambda() {
  globalThis.awslambda = {
    streamifyResponse(handler) {
      handler[STREAMING] = "response";
      return handler;
    },
    HttpResponseStream: {
      from(stream, metadata) {
        stream.setContentType("application/vnd.awslambda.http-integration-response");
        stream.write(Buffer.concat([Buffer.from(JSON.stringify(metadata ?? {})), Buffer.alloc(8)]));
        return stream;
      },
    },
  };
}
