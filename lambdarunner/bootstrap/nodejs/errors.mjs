// Error objects as Lambda sends them, with the paths that code has on AWS.

import { dirname } from "node:path";
import { fileURLToPath } from "node:url";

const RUNTIME_DIR = dirname(fileURLToPath(import.meta.url));
const TASK_ROOT = process.env.LAMBDA_TASK_ROOT;

// LambdaError is a failure with an error type of Lambda's own.
export class LambdaError extends Error {
  constructor(type, message) {
    super(message);
    // The name is what the first line of the stack shows.
    Object.defineProperty(this, "name", { value: type, enumerable: false });
    this.stack = `${type}: ${message}\n${(this.stack ?? "").split("\n").filter((l) => l.startsWith("    at ")).join("\n")}`.trimEnd();
  }
}

export function asOnAws(text) {
  return text.replaceAll(TASK_ROOT, "/var/task").replaceAll(RUNTIME_DIR, "/var/runtime");
}

export function errorObject(error) {
  if (error instanceof Error || (typeof error === "object" && error !== null && error.name && error.message && error.stack)) {
    return {
      errorType: asOnAws(String(error.name)),
      errorMessage: asOnAws(String(error.message)),
      trace: asOnAws(String(error.stack ?? "")).split("\n"),
    };
  }
  let message;
  try {
    message = String(error);
  } catch {
    message = "";
  }
  return { errorType: typeof error, errorMessage: message, trace: [] };
}
