// One handler that does what the event says, the same in every runtime.

const { execFileSync } = require("node:child_process");
const { readdirSync, writeFileSync } = require("node:fs");
const { join } = require("node:path");

let calls = 0;
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

exports.handler = async (event) => {
  calls++;
  switch (event.do) {
    case "echo":
      return event.value;
    case "length":
      return event.value.length;
    case "large":
      return "x".repeat(event.size);
    case "count":
      return calls;
    case "variable":
      return process.env.MY_VARIABLE;
    case "meet":
      writeFileSync(join(event.dir, String(process.pid)), "");
      while (readdirSync(event.dir).length < event.count) await pause(5);
      return process.pid;
    case "layer":
      return execFileSync("layered", { encoding: "utf8" });
    case "fail":
      throw new RangeError("broken");
    case "exit":
      process.exit(3);
  }
  await pause(3_600_000);
};
