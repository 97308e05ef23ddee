// Helpers of the client: parameters, paths and encodings.
var apiGateway = (typeof module === 'object' && module.exports) ? module.exports : (globalThis.apiGateway = globalThis.apiGateway || {});
apiGateway.core = apiGateway.core || {};

apiGateway.core.utils = {
  // Throws when one of the names has no value in params.
  assertParametersDefined: function (params, names) {
    names.forEach(function (name) {
      if (params[name] === undefined || params[name] === null) {
        throw new Error("Missing required parameter '" + name + "'");
      }
    });
  },

  // The entries of params that names allows and that have a value.
  pick: function (params, names) {
    var picked = {};
    names.forEach(function (name) {
      if (params[name] !== undefined && params[name] !== null) {
        picked[name] = params[name];
      }
    });
    return picked;
  },

  // Percent-encodes as RFC 3986 says, which SigV4 wants.
  encode: function (text) {
    return encodeURIComponent(String(text)).replace(/[!'()*]/g, function (c) {
      return '%' + c.charCodeAt(0).toString(16).toUpperCase();
    });
  },

  // Puts values into a path such as /pets/{petId} or /files/{proxy+}.
  expand: function (path, values) {
    return path.replace(/\{([^{}]+)\}/g, function (whole, name) {
      var greedy = name.charAt(name.length - 1) === '+';
      var value = values[greedy ? name.slice(0, -1) : name];
      if (value === undefined || value === null) {
        return '';
      }
      if (!greedy) {
        return apiGateway.core.utils.encode(value);
      }
      return String(value).split('/').map(apiGateway.core.utils.encode).join('/');
    });
  },

  // A query string in the order that SigV4 wants, without the question mark.
  query: function (values) {
    var pairs = [];
    Object.keys(values).forEach(function (name) {
      [].concat(values[name]).forEach(function (value) {
        pairs.push([apiGateway.core.utils.encode(name), apiGateway.core.utils.encode(value)]);
      });
    });
    pairs.sort(function (a, b) {
      if (a[0] !== b[0]) {
        return a[0] < b[0] ? -1 : 1;
      }
      return a[1] < b[1] ? -1 : (a[1] > b[1] ? 1 : 0);
    });
    return pairs.map(function (pair) { return pair.join('='); }).join('&');
  },

  // The bytes of a text in UTF-8.
  bytes: function (text) { return new TextEncoder().encode(text); }
};
