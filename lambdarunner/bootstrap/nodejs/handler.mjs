// Finds the handler that a handler string such as "src/app.handler" names.

import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { basename, dirname, join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { LambdaError } from "./errors.mjs";
import { isStreaming } from "./streaming.mjs";

export { LambdaError };

// AWS's runtime is one file of this name, which "Require stack" lines show.
const require = createRequire(new URL("./index.mjs", import.meta.url));

export async function loadHandler(root, name) {
  if (name.includes("..")) {
    throw new LambdaError(
      "Runtime.MalformedHandlerName",
      `'${name}' is not a valid handler name. Use absolute paths when specifying root directories in handler names.`,
    );
  }
  const parts = /^([^.]*)\.(.+)$/.exec(basename(name));
  if (!parts) throw new LambdaError("Runtime.MalformedHandlerName", "Bad handler");
  const [, module, path] = parts;
  const app = await load(root, join(dirname(name), module));
  let handler = app;
  for (const key of path.split(".")) handler = handler?.[key];
  // A CommonJS module that was imported has its exports in "default".
  if (handler === undefined && app?.default !== undefined) {
    handler = app.default;
    for (const key of path.split(".")) handler = handler?.[key];
  }
  if (!handler) throw new LambdaError("Runtime.HandlerNotFound", `${name} is undefined or not exported`);
  if (typeof handler !== "function") throw new LambdaError("Runtime.HandlerNotFound", `${name} is not a function`);
  return withoutCallbacks(handler);
}

// Callback handlers are gone in Node.js 24.
function withoutCallbacks(handler) {
  const major = Number(/nodejs(\d+)/.exec(process.env.AWS_EXECUTION_ENV ?? "")?.[1] ?? 0);
  if (major < 24 || isStreaming(handler)) return handler;
  if (handler.length >= 3) {
    throw new LambdaError(
      "Runtime.CallbackHandlerDeprecated",
      "ERROR: AWS Lambda has removed support for callback-based function handlers starting with Node.js 24. " +
        "You need to modify this function to use a supported handler signature to use Node.js 24 or later.",
    );
  }
  const wrapped = (event, context) => handler(event, context);
  wrapped.withoutCallbacks = true;
  return wrapped;
}

async function load(root, module) {
  try {
    const path = resolve(root, module);
    const file = [path, `${path}.js`, `${path}.mjs`, `${path}.cjs`].find((f, i) => i > 0 && existsSync(f));
    if (!file) return require(require.resolve(module, { paths: [root] }));
    if (file.endsWith(".mjs") || (file.endsWith(".js") && isModule(dirname(file), root))) {
      return await import(pathToFileURL(file).href);
    }
    try {
      return require(file);
    } catch (e) {
      if (e?.code === "ERR_REQUIRE_ESM" || e?.code === "ERR_REQUIRE_ASYNC_MODULE") return await import(pathToFileURL(file).href);
      throw e;
    }
  } catch (e) {
    if (e instanceof SyntaxError) throw translated("Runtime.UserCodeSyntaxError", e);
    if (e?.code === "MODULE_NOT_FOUND" || e?.code === "ERR_MODULE_NOT_FOUND") {
      throw translated("Runtime.ImportModuleError", e);
    }
    throw e;
  }
}

function translated(type, cause) {
  const error = new LambdaError(type, String(cause));
  error.stack = `${type}: ${cause.stack ?? cause}`;
  return error;
}

// isModule tells whether the nearest package.json makes .js files ES modules.
function isModule(dir, root) {
  for (;;) {
    try {
      return JSON.parse(readFileSync(join(dir, "package.json"), "utf8")).type === "module";
    } catch (e) {
      if (e.code !== "ENOENT") return false;
    }
    if (dir === root || dir === dirname(dir)) return false;
    dir = dirname(dir);
  }
}
