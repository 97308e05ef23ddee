// Uses an endpoint by the AWS SDK for JavaScript, version 3, as projects do: makes functions and
// an API of each kind, calls them, and prints what it saw as JSON.
//
//   node sdk.cjs ENDPOINT PLAIN.zip STREAMING.zip
const { readFileSync } = require("node:fs");
const L = require("@aws-sdk/client-lambda");
const G = require("@aws-sdk/client-api-gateway");
const V = require("@aws-sdk/client-apigatewayv2");
const M = require("@aws-sdk/client-apigatewaymanagementapi");
const C = require("@aws-sdk/client-cloudwatch-logs");
const WebSocket = require("ws");

const [endpoint, plain, streaming] = process.argv.slice(2);
const config = { endpoint, region: "us-east-1", credentials: { accessKeyId: "test", secretAccessKey: "test" }, disableHostPrefix: true };
const lambda = new L.LambdaClient(config);
const gateway = new G.APIGatewayClient(config);
const gatewayV2 = new V.ApiGatewayV2Client(config);
const logs = new C.CloudWatchLogsClient(config);
const text = (bytes) => Buffer.from(bytes).toString();
const uri = (arn) => `arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/${arn}/invocations`;

async function failure(promise) {
  try {
    await promise;
    return "none";
  } catch (e) {
    return `${e.$metadata?.httpStatusCode} ${e.name}: ${e.message}`;
  }
}

async function create(FunctionName, zip) {
  const Role = "arn:aws:iam::000000000000:role/r";
  const { FunctionArn } = await lambda.send(new L.CreateFunctionCommand({
    FunctionName, Runtime: "nodejs20.x", Handler: "index.handler", Role, Timeout: 20, Code: { ZipFile: readFileSync(zip) },
  }));
  await L.waitUntilFunctionActiveV2({ client: lambda, maxWaitTime: 30, minDelay: 0.1 }, { FunctionName });
  await lambda.send(new L.AddPermissionCommand({ FunctionName, StatementId: "all", Action: "lambda:InvokeFunction", Principal: "apigateway.amazonaws.com" }));
  return FunctionArn;
}

async function functions(seen) {
  const arn = await create("plain", plain);
  const out = await lambda.send(new L.InvokeCommand({ FunctionName: "plain", Payload: '{"n":1}', LogType: "Tail" }));
  seen.invoke = [out.StatusCode, out.ExecutedVersion, JSON.parse(text(out.Payload)).body, Buffer.from(out.LogResult, "base64").toString().includes("a line")];
  const failed = await lambda.send(new L.InvokeCommand({ FunctionName: "plain", Payload: '{"fail":true}' }));
  seen.failed = [failed.FunctionError, JSON.parse(text(failed.Payload)).errorType];
  seen.unknown = await failure(lambda.send(new L.GetFunctionCommand({ FunctionName: "none" })));

  await create("streaming", streaming);
  const stream = await lambda.send(new L.InvokeWithResponseStreamCommand({ FunctionName: "streaming", Payload: '{"n":2}' }));
  seen.stream = ["", false];
  for await (const event of stream.EventStream) {
    if (event.PayloadChunk) seen.stream[0] += text(event.PayloadChunk.Payload);
    if (event.InvokeComplete) seen.stream[1] = true;
  }
  seen.pages = 0;
  for await (const page of L.paginateListFunctions({ client: lambda, pageSize: 1 }, {})) seen.pages += page.Functions.length;

  const tail = await logs.send(new C.StartLiveTailCommand({ logGroupIdentifiers: ["arn:aws:logs:us-east-1:000000000000:log-group:/aws/lambda/plain"] }));
  for await (const event of tail.responseStream) {
    if (event.sessionStart) await lambda.send(new L.InvokeCommand({ FunctionName: "plain", Payload: "{}" }));
    seen.tail = event.sessionUpdate?.sessionResults?.some((r) => r.message.includes("a line"));
    if (seen.tail) break;
  }
  return arn;
}

async function restAPI(seen, arn) {
  const { id, rootResourceId } = await gateway.send(new G.CreateRestApiCommand({ name: "rest" }));
  const method = { restApiId: id, resourceId: rootResourceId, httpMethod: "ANY" };
  await gateway.send(new G.PutMethodCommand({ ...method, authorizationType: "NONE" }));
  await gateway.send(new G.PutIntegrationCommand({ ...method, type: "AWS_PROXY", integrationHttpMethod: "POST", uri: uri(arn) }));
  await gateway.send(new G.CreateDeploymentCommand({ restApiId: id, stageName: "dev" }));
  const answer = await fetch(`${endpoint}/restapis/${id}/dev/_user_request_/?a=1&a=2`);
  seen.rest = [answer.status, answer.headers.get("x-mine"), (await answer.json()).multiValueQueryStringParameters];
  const exported = await gateway.send(new G.GetExportCommand({ restApiId: id, stageName: "dev", exportType: "oas30", accepts: "application/json" }));
  seen.exported = JSON.parse(text(exported.body)).openapi;
  seen.badPatch = (await failure(gateway.send(new G.UpdateRestApiCommand({ restApiId: id, patchOperations: [{ op: "replace", path: "/none", value: "x" }] })))).slice(0, 43);
}

async function httpAPI(seen, arn) {
  const api = await gatewayV2.send(new V.CreateApiCommand({ Name: "http", ProtocolType: "HTTP", Target: arn }));
  const answer = await fetch(`${api.ApiEndpoint}/x?y=1`);
  const event = await answer.json();
  seen.http = [answer.status, event.version, event.rawPath, event.rawQueryString, api.CreatedDate instanceof Date];
}

async function webSocketAPI(seen, arn) {
  const { ApiId, ApiEndpoint } = await gatewayV2.send(new V.CreateApiCommand({ Name: "ws", ProtocolType: "WEBSOCKET", RouteSelectionExpression: "$request.body.action" }));
  const { IntegrationId } = await gatewayV2.send(new V.CreateIntegrationCommand({ ApiId, IntegrationType: "AWS_PROXY", IntegrationUri: uri(arn) }));
  const { RouteId } = await gatewayV2.send(new V.CreateRouteCommand({ ApiId, RouteKey: "$default", Target: "integrations/" + IntegrationId, RouteResponseSelectionExpression: "$default" }));
  await gatewayV2.send(new V.CreateRouteResponseCommand({ ApiId, RouteId, RouteResponseKey: "$default" }));
  await gatewayV2.send(new V.CreateStageCommand({ ApiId, StageName: "dev" }));
  await gatewayV2.send(new V.CreateDeploymentCommand({ ApiId, StageName: "dev" }));
  const socket = new WebSocket(`${ApiEndpoint}/dev`);
  const happens = (name) => new Promise((resolve, reject) => {
    socket.once(name, resolve);
    socket.once("error", reject);
  });
  await happens("open");
  const answered = happens("message");
  socket.send('{"action":"hi"}');
  const { requestContext } = JSON.parse(await answered);
  const ConnectionId = requestContext.connectionId;
  const connections = new M.ApiGatewayManagementApiClient({ ...config, endpoint: ApiEndpoint.replace("ws", "http") + "/dev" });
  const pushed = happens("message");
  await connections.send(new M.PostToConnectionCommand({ ConnectionId, Data: "pushed" }));
  seen.pushed = String(await pushed);
  const closed = happens("close");
  await connections.send(new M.DeleteConnectionCommand({ ConnectionId }));
  await closed;
  seen.gone = (await failure(connections.send(new M.PostToConnectionCommand({ ConnectionId, Data: "x" })))).slice(0, 17);
}

(async () => {
  const seen = {};
  const arn = await functions(seen);
  await restAPI(seen, arn);
  await httpAPI(seen, arn);
  await webSocketAPI(seen, arn);
  console.log(JSON.stringify(seen));
  process.exit(0);
})();
