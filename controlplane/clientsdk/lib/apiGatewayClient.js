// Calls methods of an API.
var apiGateway = (typeof module === 'object' && module.exports) ? module.exports : (globalThis.apiGateway = globalThis.apiGateway || {});
apiGateway.core = apiGateway.core || {};
if (typeof module === 'object' && module.exports) {
  ['utils', 'sigV4Client', 'simpleHttpClient'].forEach(function (name) {
    apiGateway.core[name] = require('./' + name + '.js').core[name];
  });
}

apiGateway.core.apiGatewayClientFactory = {
  // Returns a client for config: invokeUrl, accessKey, secretKey, sessionToken, region,
  // apiKey, defaultContentType, defaultAcceptType, systemClockOffset.
  newClient: function (config) {
    var core = apiGateway.core;
    return {
      // Calls method {verb, path, authType, pathParameters, queryParameters,
      // headerParameters, required} with its params by name, a body, and further
      // headers and queryParams in additional.
      call: function (method, params, body, additional) {
        params = params || {};
        additional = additional || {};
        core.utils.assertParametersDefined(params, method.required);
        var headers = Object.assign(core.utils.pick(params, method.headerParameters), additional.headers);
        var query = core.utils.query(Object.assign(core.utils.pick(params, method.queryParameters), additional.queryParams));
        var has = function (name) {
          return Object.keys(headers).some(function (other) { return other.toLowerCase() === name; });
        };
        if (config.apiKey && !has('x-api-key')) {
          headers['x-api-key'] = config.apiKey;
        }
        if (!has('accept')) {
          headers.Accept = config.defaultAcceptType;
        }
        var empty = body === undefined || body === null || body === '' || (typeof body === 'object' && Object.keys(body).length === 0);
        if (empty || method.verb === 'GET' || method.verb === 'HEAD') {
          body = undefined;
        } else {
          if (typeof body !== 'string') {
            body = JSON.stringify(body);
          }
          if (!has('content-type')) {
            headers['Content-Type'] = config.defaultContentType;
          }
        }
        var url = new URL(config.invokeUrl);
        var path = url.pathname.replace(/\/+$/, '') + core.utils.expand(method.path, core.utils.pick(params, method.pathParameters));
        if (method.authType === 'AWS_IAM' && config.accessKey && config.secretKey) {
          headers = core.sigV4Client.sign({ verb: method.verb, host: url.host, path: path, query: query, headers: headers, body: body }, {
            accessKey: config.accessKey, secretKey: config.secretKey, sessionToken: config.sessionToken, region: config.region,
            serviceName: 'execute-api', systemClockOffset: config.systemClockOffset
          });
        }
        return core.simpleHttpClient.send({ verb: method.verb, url: url.origin + path + (query ? '?' + query : ''), headers: headers, body: body });
      }
    };
  }
};
