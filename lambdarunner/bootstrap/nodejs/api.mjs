// One keep-alive connection to the Runtime API. node:http costs as much as all
// the rest of a warm invocation, and its sockets keep the event loop alive.

import { connect } from "node:net";

const PREFIX = "/2018-06-01/runtime/";

export class RuntimeApi {
  static connect(address) {
    const [, host, port] = /^(.*):(\d+)$/.exec(address);
    return new Promise((resolve, reject) => {
      const socket = connect({ host, port: Number(port), noDelay: true });
      socket.once("error", reject);
      socket.once("connect", () => {
        socket.off("error", reject);
        resolve(new RuntimeApi(socket, address));
      });
    });
  }

  constructor(socket, address) {
    this.socket = socket;
    this.address = address;
    this.chunks = [];
    this.size = 0;
    socket.on("data", (chunk) => {
      this.chunks.push(chunk);
      this.size += chunk.length;
      this.parse();
    });
    // The emulator is gone, and so is the reason to run.
    socket.on("error", () => process.exit(0));
    socket.on("close", () => process.exit(0));
  }

  next() {
    return this.request(`GET ${PREFIX}invocation/next HTTP/1.1\r\nHost: ${this.address}\r\n\r\n`);
  }

  post(path, body, headers = {}) {
    const bytes = Buffer.from(body);
    const head = this.head(path, { "Content-Type": "application/json", "Content-Length": bytes.length, ...headers });
    return this.request(Buffer.concat([Buffer.from(head), bytes]));
  }

  head(path, headers) {
    let head = `POST ${PREFIX}${path} HTTP/1.1\r\nHost: ${this.address}\r\n`;
    for (const [name, value] of Object.entries(headers)) head += `${name}: ${String(value).replace(/[\r\n]/g, " ")}\r\n`;
    return `${head}\r\n`;
  }

  request(bytes) {
    const answer = this.answer();
    this.socket.write(bytes);
    return answer;
  }

  // answer waits for the next answer. Only then does the socket keep the event
  // loop alive, so that an empty loop is noticed while a handler runs.
  answer() {
    this.socket.ref();
    return new Promise((resolve) => (this.resolve = resolve));
  }

  parse() {
    if (!this.parsed) {
      const data = this.flatten();
      const end = data.indexOf("\r\n\r\n");
      if (end < 0) return;
      const headers = {};
      for (const line of data.toString("utf8", 0, end).split("\r\n").slice(1)) {
        const colon = line.indexOf(":");
        headers[line.slice(0, colon).toLowerCase()] = line.slice(colon + 1).trim();
      }
      this.parsed = { headers, start: end + 4, end: end + 4 + Number(headers["content-length"] ?? 0) };
    }
    if (this.size < this.parsed.end || !this.resolve) return;
    const data = this.flatten();
    const { headers, start, end } = this.parsed;
    this.parsed = undefined;
    this.chunks = end < data.length ? [data.subarray(end)] : [];
    this.size = data.length - end;
    const resolve = this.resolve;
    this.resolve = undefined;
    this.socket.unref();
    resolve({ headers, body: data.subarray(start, end) });
  }

  flatten() {
    if (this.chunks.length !== 1) this.chunks = [Buffer.concat(this.chunks)];
    return this.chunks[0];
  }
}
