// Sends requests with fetch.
var apiGateway = (typeof module === 'object' && module.exports) ? module.exports : (globalThis.apiGateway = globalThis.apiGateway || {});
apiGateway.core = apiGateway.core || {};

apiGateway.core.simpleHttpClient = {
  // Sends request {verb, url, headers, body} and resolves to {status, statusText,
  // headers, data}: data is parsed where the response is JSON. It rejects, with the same
  // as the error's response, when the status is not 2xx.
  send: function (request) {
    return fetch(request.url, { method: request.verb, headers: request.headers, body: request.body }).then(function (answer) {
      return answer.text().then(function (text) {
        var headers = {};
        answer.headers.forEach(function (value, name) { headers[name] = value; });
        var data = text;
        if (/[\/+]json/i.test(headers['content-type'] || '')) {
          try {
            data = JSON.parse(text);
          } catch (ignored) {
            data = text;
          }
        }
        var response = { status: answer.status, statusText: answer.statusText, headers: headers, data: data, config: request };
        if (answer.status >= 200 && answer.status < 300) {
          return response;
        }
        var error = new Error('Request failed with status code ' + answer.status);
        error.response = response;
        throw error;
      });
    });
  }
};
