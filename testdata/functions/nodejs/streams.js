// Handlers that stream their response, one for each behaviour.

const { existsSync } = require("node:fs");
const { pipeline } = require("node:stream/promises");
const { Readable } = require("node:stream");

const { streamifyResponse, HttpResponseStream } = awslambda;
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

// The second part is written once the reader of the first has made a file.
exports.inTurns = streamifyResponse(async (event, stream) => {
  stream.setContentType("text/plain");
  stream.write("one");
  while (!existsSync(event.file)) await pause(2);
  stream.write(", two");
  stream.end();
});

exports.http = streamifyResponse(async (event, stream, context) => {
  const out = HttpResponseStream.from(stream, { statusCode: 201, headers: { "x-id": context.awsRequestId } });
  out.write("body");
  out.end();
});

exports.httpEmpty = streamifyResponse(async (event, stream) => {
  HttpResponseStream.from(stream, { statusCode: 204 }).end();
});

// Zeros, event.size of them, in pieces as a pipeline makes them.
exports.zeros = streamifyResponse(async (event, stream) => {
  const piece = Buffer.alloc(event.piece ?? 1 << 16);
  async function* pieces() {
    for (let left = event.size; left > 0; left -= piece.length) yield piece.subarray(0, Math.min(left, piece.length));
  }
  await pipeline(Readable.from(pieces()), stream);
});

exports.failsFirst = streamifyResponse(async () => {
  throw new TypeError("before anything");
});

exports.failsLater = streamifyResponse(async (event, stream) => {
  for (let i = 0; i < 100; i++) stream.write("x".repeat(5000));
  throw new RangeError("after that");
});

exports.destroys = streamifyResponse(async (event, stream) => {
  stream.write("begun");
  await pause(1);
  stream.destroy(new Error("destroyed"));
  await pause(60000);
});

exports.exits = streamifyResponse(async (event, stream) => {
  stream.write("begun", () => process.exit(7));
  await pause(60000);
});

exports.throwsOutside = streamifyResponse(async (event, stream) => {
  stream.write("begun", () => {
    throw new Error("thrown outside");
  });
  await pause(60000);
});

exports.hangs = streamifyResponse(async (event, stream) => {
  stream.write("begun");
  await pause(60000);
});

exports.forgetsEnd = streamifyResponse(async (event, stream) => {
  stream.write("all");
  return "ignored";
});

exports.tooLate = streamifyResponse(async (event, stream) => {
  stream.write("a", () => {
    try {
      stream.setContentType("text/plain");
    } catch (e) {
      stream.write(e.message);
    }
    stream.end();
  });
  await pause(5);
});

exports.notAsync = streamifyResponse(() => 1);

exports.buffered = async () => ({ a: 1 });
exports.bufferedFails = async () => {
  throw new Error("broken");
};
