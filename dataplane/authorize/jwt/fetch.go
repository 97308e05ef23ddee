package jwt

import (
	"context"
	"crypto/rsa"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/big"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"
)

const (
	// fetchTimeout limits each of the two requests to an issuer.
	fetchTimeout = 1500 * time.Millisecond
	// maxKeySetBytes limits the answer of an issuer.
	maxKeySetBytes = 150_000
	// maxModulusBits limits the time that it takes to check a signature.
	maxModulusBits = 8192
	maxRedirects   = 3
)

// fetchClient makes a client that goes only where keys may come from.
func fetchClient(client *http.Client) *http.Client {
	var limited http.Client
	if client != nil {
		limited = *client
	} else {
		// Without kept connections there is nothing to close: fetches are hours apart.
		limited.Transport = &http.Transport{Proxy: http.ProxyFromEnvironment, DisableKeepAlives: true, ForceAttemptHTTP2: true}
	}
	limited.CheckRedirect = func(r *http.Request, via []*http.Request) error {
		if len(via) > maxRedirects {
			return errors.New("too many redirects")
		}
		return checkURL(r.URL)
	}
	return &limited
}

// checkURL refuses places that anybody on the way could answer for.
func checkURL(u *url.URL) error {
	host := u.Hostname()
	address := net.ParseIP(host)
	isLoopback := host == "localhost" || strings.HasSuffix(host, ".localhost") || address != nil && address.IsLoopback()
	if u.Scheme == "https" && host != "" || u.Scheme == "http" && isLoopback {
		return nil
	}
	return fmt.Errorf("%s is neither https nor http on a loopback address", u.Redacted())
}

// fetch returns the keys of an issuer by their ids. The errors have AWS's texts.
func (k *Keys) fetch(ctx context.Context, source keySource) (map[string]*key, error) {
	uri := source.uri
	if uri == "" {
		var provider struct {
			KeysURI string `json:"jwks_uri"`
		}
		err := k.get(ctx, strings.TrimSuffix(source.issuer, "/")+"/.well-known/openid-configuration", &provider)
		if err == nil && provider.KeysURI == "" {
			err = errors.New("no jwks_uri")
		}
		if err != nil {
			return nil, failed("OIDC discovery endpoint communication error", err) // Unverified.
		}
		uri = provider.KeysURI
	}
	var set struct {
		Keys []json.RawMessage `json:"keys"`
	}
	if err := k.get(ctx, uri, &set); err != nil {
		return nil, failed("JWKS communication error", err) // Unverified.
	}
	keys := map[string]*key{}
	for _, text := range set.Keys {
		if kid, key := parseKey(text); key != nil {
			keys[kid] = key
		}
	}
	return keys, nil
}

// get fetches a JSON document.
func (k *Keys) get(ctx context.Context, address string, to any) error {
	u, err := url.Parse(address)
	if err != nil {
		return err
	}
	if err := checkURL(u); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, fetchTimeout)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return err
	}
	request.Header.Set("Accept", "application/json")
	response, err := k.client.Do(request)
	if err != nil {
		return err
	}
	defer func() { _ = response.Body.Close() }() // it was read as far as it is of use
	if response.StatusCode != http.StatusOK {
		return fmt.Errorf("%s answers with status %d", u.Redacted(), response.StatusCode)
	}
	document, err := io.ReadAll(io.LimitReader(response.Body, maxKeySetBytes+1))
	if err != nil {
		return err
	}
	if len(document) > maxKeySetBytes {
		return fmt.Errorf("%s answers with more than %d bytes", u.Redacted(), maxKeySetBytes)
	}
	return json.Unmarshal(document, to)
}

// parseKey reads a member of a key set. It returns nil for keys that are of no use here:
// not RSA, not for signatures, or without an id.
//
// It is written by hand: of a key set only the two numbers of RSA keys are used, their
// size has to be limited, and one strange key must not spoil the others.
func parseKey(text []byte) (kid string, parsed *key) {
	var members struct{ Kty, Use, Kid, Alg, N, E string }
	if err := json.Unmarshal(text, &members); err != nil || members.Kty != "RSA" || members.Kid == "" || members.Use != "" && members.Use != "sig" {
		return "", nil
	}
	parsed = &key{algorithm: members.Alg}
	modulus, err := decodeNumber(members.N)
	if err != nil || modulus.BitLen() > maxModulusBits || modulus.Sign() == 0 {
		parsed.broken = failed(`unable to decode "n" from RSA public key`, err) // Unverified.
		return members.Kid, parsed
	}
	exponent, err := decodeNumber(members.E)
	if err != nil || exponent.BitLen() > 31 || exponent.Int64() < 3 {
		parsed.broken = failed(`unable to decode "e" from RSA public key`, err) // Unverified.
		return members.Kid, parsed
	}
	parsed.public = &rsa.PublicKey{N: modulus, E: int(exponent.Int64())}
	return members.Kid, parsed
}

func decodeNumber(text string) (*big.Int, error) {
	number, err := base64.RawURLEncoding.DecodeString(strings.TrimRight(text, "="))
	if err != nil {
		return nil, err
	}
	return new(big.Int).SetBytes(number), nil
}
