// AWS's runtimes have the AWS SDK for JavaScript. Here a function finds it where this machine
// has it: after its own packages and layers, which come first on AWS, too.

import { existsSync } from "node:fs";
import Module from "node:module";
import { basename, delimiter, dirname, join } from "node:path";
import { pathToFileURL } from "node:url";

const offered = /^(?:@aws-sdk|@smithy|aws-sdk)(?:\/|$)/;

// The directories that whoever started the process names, then those of packages that are
// installed globally.
const [named = ""] = process.argv.splice(2, 1);
const directories = [...named.split(delimiter), join(dirname(process.execPath), "..", "lib", "node_modules")].filter(
  (dir) => basename(dir) === "node_modules" && (existsSync(join(dir, "@aws-sdk")) || existsSync(join(dir, "aws-sdk"))),
);

// offerSdk has imports and requires of the SDK that find nothing look into the directories.
export function offerSdk() {
  if (directories.length === 0) return;
  const parents = directories.map((dir) => pathToFileURL(join(dirname(dir), "index.js")).href);
  if (Module.registerHooks) {
    Module.registerHooks({
      resolve(specifier, context, next) {
        try {
          return next(specifier, context);
        } catch (e) {
          if (offered.test(specifier)) {
            for (const parentURL of parents) {
              try {
                return next(specifier, { ...context, parentURL });
              } catch {
                // the next one
              }
            }
          }
          throw e;
        }
      },
    });
    return;
  }
  const { _resolveFilename: resolve } = Module;
  Module._resolveFilename = function (request, parent, isMain, options) {
    try {
      return resolve.call(this, request, parent, isMain, options);
    } catch (e) {
      if (!offered.test(request)) throw e;
      try {
        return resolve.call(this, request, parent, isMain, { paths: directories.map((dir) => dirname(dir)) });
      } catch {
        throw e;
      }
    }
  };
  if (Module.register) Module.register(`data:text/javascript,${encodeURIComponent(hooks)}`, import.meta.url, { data: parents });
}

// These run in a thread of their own.
const hooks = `
let parents;
export function initialize(data) { parents = data; }
export async function resolve(specifier, context, next) {
  try {
    return await next(specifier, context);
  } catch (e) {
    if (${offered}.test(specifier)) {
      for (const parentURL of parents) {
        try { return await next(specifier, { ...context, parentURL }); } catch {}
      }
    }
    throw e;
  }
}`;

// missingSdk is a line for the log when an error says that the SDK is nowhere; else undefined.
export function missingSdk(error) {
  if (!/Cannot find (?:package|module) '(?:@aws-sdk|@smithy|aws-sdk)[/']/.test(String(error?.message))) return undefined;
  return (
    "Stagedoor: AWS's Node.js runtimes have the AWS SDK, and this machine has it nowhere that was looked: " +
    "install it beside the function, where Stagedoor is started, or with npm install -g"
  );
}
