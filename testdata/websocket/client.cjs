// A client of a WebSocket API, by the package "ws" or by the WebSocket of browsers that
// Node.js has. It prints what it saw as JSON.
//
//     node client.cjs ws|browser ws://...
"use strict";

const [kind, url] = process.argv.slice(2);
const Client = kind === "ws" ? require("ws") : globalThis.WebSocket;
const seen = {};

// within ends a wait that takes too long.
function within(what, promise) {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(what + ": too late")), 15000);
  });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}

function event(socket, name) {
  return within(name, new Promise((resolve) => socket.addEventListener(name, resolve, { once: true })));
}

async function connect(query = "", protocols = []) {
  const socket = new Client(url + query, protocols);
  socket.addEventListener("error", () => {});
  await event(socket, "open");
  return socket;
}

async function say(socket, text) {
  const answer = event(socket, "message");
  socket.send(text);
  return (await answer).data;
}

async function ending(socket, act) {
  const closed = event(socket, "close");
  act();
  const { code, reason, wasClean } = await closed;
  return { code, reason, wasClean };
}

async function main() {
  let socket = await connect("", []);
  seen.extensions = socket.extensions;
  seen.echo = await say(socket, JSON.stringify({ action: "echo", text: "héllo ☃ 𝄞" }));
  seen.long = (await say(socket, JSON.stringify({ action: "echo", text: "x".repeat(30000) }))).length;
  if (kind === "ws") {
    const pong = within("pong", new Promise((resolve) => socket.once("pong", (data) => resolve(String(data)))));
    socket.ping("there?");
    seen.pong = await pong;
  }
  seen.closed = await ending(socket, () => socket.close(4001, "bye"));

  socket = await connect("?protocol=chat", ["other", "chat"]);
  seen.protocol = socket.protocol;
  seen.binary = await ending(socket, () => socket.send(new Uint8Array([1, 2, 3])));

  socket = await connect();
  seen.tooLarge = (await ending(socket, () => socket.send("x".repeat(33 << 10)))).code;

  socket = new Client(url + "?deny=1");
  socket.addEventListener("error", () => {});
  // Some releases of Node.js tell of a refused handshake by an error alone.
  seen.denied = await Promise.race(["open", "error", "close"].map(async (name) => (await event(socket, name)) && name !== "open"));
  console.log(JSON.stringify(seen));
  process.exit(0);
}

main().catch((error) => {
  console.error(error);
  process.exit(1);
});
