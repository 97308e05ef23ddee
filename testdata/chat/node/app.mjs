// The functions of the chat: one handler for each route. @connections is called with a
// signed request, without any package.
import { createHash, createHmac } from "node:crypto";
import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import https from "node:https";
import { join as joinPath } from "node:path";

const table = process.env.TABLE;
const path = (...parts) => joinPath(table, ...parts.map(encodeURIComponent));
const hash = (text) => createHash("sha256").update(text).digest("hex");
const hmac = (key, text) => createHmac("sha256", key).update(text).digest();

async function members(room) {
  const found = [];
  for (const file of await readdir(path(room)).catch(() => [])) {
    const name = await readFile(joinPath(path(room), file), "utf8").catch(() => undefined);
    if (name !== undefined) found.push([decodeURIComponent(file), name]);
  }
  return found;
}

const remove = (room, id) => rm(path(room, id)).then(() => true, () => false);

// encode is RFC 3986 encoding, which signatures want.
const encode = (text) => encodeURIComponent(text).replace(/[!'()*]/g, (c) => "%" + c.charCodeAt(0).toString(16).toUpperCase());

// postToConnection sends a message to one client and returns the status.
function postToConnection({ domainName, stage }, id, message) {
  const body = JSON.stringify(message);
  const uri = `/${stage}/@connections/${encode(id)}`;
  const date = new Date().toISOString().replace(/[:-]|\.\d{3}/g, "");
  const scope = `${date.slice(0, 8)}/${process.env.AWS_REGION}/execute-api/aws4_request`;
  const headers = { host: domainName, "x-amz-date": date, "x-amz-security-token": process.env.AWS_SESSION_TOKEN };
  const names = Object.keys(headers).sort();
  const canonical = ["POST", uri.split("/").map(encode).join("/"), "", ...names.map((n) => `${n}:${headers[n]}`), "", names.join(";"), hash(body)].join("\n");
  const toSign = ["AWS4-HMAC-SHA256", date, scope, hash(canonical)].join("\n");
  const key = scope.split("/").reduce((k, part) => hmac(k, part), "AWS4" + process.env.AWS_SECRET_ACCESS_KEY);
  headers.authorization = `AWS4-HMAC-SHA256 Credential=${process.env.AWS_ACCESS_KEY_ID}/${scope}, SignedHeaders=${names.join(";")}, Signature=${createHmac("sha256", key).update(toSign).digest("hex")}`;
  headers["content-length"] = Buffer.byteLength(body);
  const { hostname, port } = new URL(`https://${domainName}`);
  return new Promise((resolve, reject) => {
    const request = https.request({ hostname, port, path: uri, method: "POST", headers }, (response) => {
      response.resume().on("end", () => resolve(response.statusCode));
    });
    request.on("error", reject).end(body);
  });
}

async function post(event, room, message) {
  for (const [id] of await members(room)) {
    const status = await postToConnection(event.requestContext, id, message);
    if (status === 410) await remove(room, id);
    else if (status !== 200) throw new Error(`@connections answered ${status}`);
  }
}

const reply = (body) => ({ statusCode: 200, body: JSON.stringify(body) });

export async function connect(event) {
  if (event.queryStringParameters?.token !== "please") return { statusCode: 401, body: "say please" };
  return { statusCode: 200 };
}

export async function disconnect(event) {
  const { connectionId } = event.requestContext;
  for (const file of await readdir(table)) {
    const room = decodeURIComponent(file);
    const name = new Map(await members(room)).get(connectionId);
    if (await remove(room, connectionId)) await post(event, room, { info: `${name} left` });
  }
  return { statusCode: 200 };
}

export async function join(event) {
  const { room, name } = JSON.parse(event.body);
  await post(event, room, { info: `${name} joined` });
  await mkdir(path(room), { recursive: true });
  await writeFile(path(room, event.requestContext.connectionId), name);
  return reply({ members: (await members(room)).map(([, member]) => member).sort() });
}

export async function send(event) {
  const { room, text } = JSON.parse(event.body);
  const name = new Map(await members(room)).get(event.requestContext.connectionId);
  if (name === undefined) return reply({ error: "join first" });
  await post(event, room, { from: name, text });
  return { statusCode: 200 };
}

export async function leave(event) {
  const { room } = JSON.parse(event.body);
  const { connectionId } = event.requestContext;
  const name = new Map(await members(room)).get(connectionId);
  if (await remove(room, connectionId)) await post(event, room, { info: `${name} left` });
  return reply({ left: room });
}

export async function fallback() {
  return reply({ error: "unknown action" });
}
