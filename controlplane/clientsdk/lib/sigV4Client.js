// Signature Version 4 with a SHA-256 of its own: browsers have none outside of secure
// contexts.
var apiGateway = (typeof module === 'object' && module.exports) ? module.exports : (globalThis.apiGateway = globalThis.apiGateway || {});
apiGateway.core = apiGateway.core || {};
if (typeof module === 'object' && module.exports) {
  apiGateway.core.utils = require('./utils.js').core.utils;
}

(function (core) {
  var constants = [], initial = [];

  // The first bits of the fractional parts of roots of primes.
  (function () {
    function fraction(x) { return ((x - Math.floor(x)) * 4294967296) | 0; }
    for (var n = 2; constants.length < 64; n++) {
      var prime = true;
      for (var d = 2; d * d <= n; d++) {
        prime = prime && n % d !== 0;
      }
      if (prime) {
        if (initial.length < 8) {
          initial.push(fraction(Math.sqrt(n)));
        }
        constants.push(fraction(Math.cbrt(n)));
      }
    }
  })();

  function rotate(x, by) { return (x >>> by) | (x << (32 - by)); }

  function sha256(data) {
    var length = data.length, padded = new Uint8Array(((length + 8) >> 6) * 64 + 64);
    padded.set(data);
    padded[length] = 128;
    var view = new DataView(padded.buffer);
    view.setUint32(padded.length - 8, Math.floor(length / 536870912));
    view.setUint32(padded.length - 4, (length << 3) >>> 0);
    var state = initial.slice(), words = new Int32Array(64);
    for (var block = 0; block < padded.length; block += 64) {
      for (var i = 0; i < 64; i++) {
        if (i < 16) {
          words[i] = view.getInt32(block + i * 4);
          continue;
        }
        var w15 = words[i - 15], w2 = words[i - 2];
        words[i] = words[i - 16] + (rotate(w15, 7) ^ rotate(w15, 18) ^ (w15 >>> 3)) +
          words[i - 7] + (rotate(w2, 17) ^ rotate(w2, 19) ^ (w2 >>> 10));
      }
      var s = state.slice();
      for (var j = 0; j < 64; j++) {
        var t1 = s[7] + (rotate(s[4], 6) ^ rotate(s[4], 11) ^ rotate(s[4], 25)) + ((s[4] & s[5]) ^ (~s[4] & s[6])) + constants[j] + words[j];
        var t2 = (rotate(s[0], 2) ^ rotate(s[0], 13) ^ rotate(s[0], 22)) + ((s[0] & s[1]) ^ (s[0] & s[2]) ^ (s[1] & s[2]));
        s = [(t1 + t2) | 0, s[0], s[1], s[2], (s[3] + t1) | 0, s[4], s[5], s[6]];
      }
      state = state.map(function (value, k) { return (value + s[k]) | 0; });
    }
    var out = new Uint8Array(32), outView = new DataView(out.buffer);
    state.forEach(function (value, k) { outView.setInt32(k * 4, value); });
    return out;
  }

  function join(a, b) {
    var all = new Uint8Array(a.length + b.length);
    all.set(a);
    all.set(b, a.length);
    return all;
  }

  function hmac(key, text) {
    var block = new Uint8Array(64);
    block.set(key.length > 64 ? sha256(key) : key);
    var inner = block.map(function (x) { return x ^ 0x36; }), outer = block.map(function (x) { return x ^ 0x5c; });
    return sha256(join(outer, sha256(join(inner, core.utils.bytes(text)))));
  }

  function hex(data) {
    return Array.prototype.map.call(data, function (x) { return ('0' + x.toString(16)).slice(-2); }).join('');
  }

  core.sigV4Client = {
    sha256: function (text) { return hex(sha256(core.utils.bytes(text))); },

    // Adds the headers of a signature to request {verb, host, path, query, headers, body}.
    // path is percent-encoded; config has accessKey, secretKey, sessionToken, region,
    // serviceName and systemClockOffset in milliseconds.
    sign: function (request, config) {
      var now = new Date(Date.now() + (config.systemClockOffset || 0));
      var date = now.toISOString().replace(/[:-]|\.\d{3}/g, ''), day = date.slice(0, 8);
      var headers = Object.assign({}, request.headers, { 'x-amz-date': date });
      if (config.sessionToken) {
        headers['x-amz-security-token'] = config.sessionToken;
      }
      var signed = { host: request.host };
      Object.keys(headers).forEach(function (name) {
        signed[name.toLowerCase()] = String(headers[name]).trim().replace(/ +/g, ' ');
      });
      var names = Object.keys(signed).sort();
      // API Gateway, as most services, wants the path encoded once more.
      var path = request.path.split('/').map(core.utils.encode).join('/');
      var canonical = [request.verb, path, request.query].concat(
        names.map(function (name) { return name + ':' + signed[name]; }), '', names.join(';'), core.sigV4Client.sha256(request.body || '')).join('\n');
      var scope = [day, config.region, config.serviceName, 'aws4_request'].join('/');
      var key = core.utils.bytes('AWS4' + config.secretKey);
      scope.split('/').forEach(function (part) { key = hmac(key, part); });
      var signature = hex(hmac(key, ['AWS4-HMAC-SHA256', date, scope, core.sigV4Client.sha256(canonical)].join('\n')));
      headers.Authorization = 'AWS4-HMAC-SHA256 Credential=' + config.accessKey + '/' + scope +
        ', SignedHeaders=' + names.join(';') + ', Signature=' + signature;
      return headers;
    }
  };
})(apiGateway.core);
