// Handlers for the tests of the function runner, one for each behaviour.

let calls = 0;

exports.echo = async (event) => event;

exports.callback = (event, context, callback) => callback(null, { got: event });

exports.callbackError = (event, context, callback) => callback(new RangeError("called back"));

// The timer is still to run when the callback is called: the answer waits for it.
exports.callbackWaits = (event, context, callback) => {
  const result = { timerRan: false };
  context.callbackWaitsForEmptyEventLoop = event.wait;
  setTimeout(() => (result.timerRan = true), 30);
  callback(null, result);
};

exports.never = () => {};

exports.succeed = (event, context) => context.succeed("done");

exports.fail = async () => {
  throw new TypeError("broken");
};

exports.throwString = async () => {
  throw "just text";
};

exports.count = async () => ({ calls: ++calls, pid: process.pid });

exports.describe = async (event, context) => ({
  functionName: context.functionName,
  functionVersion: context.functionVersion,
  invokedFunctionArn: context.invokedFunctionArn,
  memoryLimitInMB: context.memoryLimitInMB,
  awsRequestId: context.awsRequestId,
  logGroupName: context.logGroupName,
  hasLogStream: context.logStreamName === process.env.AWS_LAMBDA_LOG_STREAM_NAME,
  custom: context.clientContext?.custom,
  remaining: context.getRemainingTimeInMillis() > 0,
  trace: process.env._X_AMZN_TRACE_ID,
});

exports.log = async () => {
  console.log("hello %s", "world");
  console.error({ a: 1 });
  console.log("two\nlines");
  process.stdout.write("raw\n");
};

exports.flood = async () => {
  process.stdout.write("begin\n");
  for (let i = 0; i < 5000; i++) console.log("x".repeat(100));
  return "flooded";
};

exports.rejectOutside = () =>
  new Promise(() => {
    Promise.reject(new Error("nobody caught this"));
    setTimeout(() => {}, 60000);
  });

exports.throwOutside = () =>
  new Promise(() => {
    setTimeout(() => {
      throw new Error("thrown later");
    }, 1);
  });

exports.circular = async () => {
  const o = {};
  o.self = o;
  return o;
};

exports.exit = async () => process.exit(3);

exports.notFunction = 42;

exports.stream = awslambda.streamifyResponse(async (event, stream) => {
  stream.write("part one, ");
  stream.write("part two");
  if (event.fail) throw new Error("midstream");
  stream.end();
});
