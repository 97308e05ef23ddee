package restapi

import (
	"context"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"maps"
	"math/big"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/apigateway"
	"github.com/aws/aws-sdk-go-v2/service/apigateway/types"

	"github.com/stagedoor-dev/stagedoor/controlplane/store"
	"github.com/stagedoor-dev/stagedoor/controlplane/tagging"
	"github.com/stagedoor-dev/stagedoor/controlplane/wire"
)

const (
	certificateBits     = 2048
	certificateValidFor = 365 * day
)

// Unverified: the wordings.
var (
	errNoClientCertificate  = wire.NotFound("Invalid Client Certificate identifier specified")
	errTooManyCertificates  = wire.LimitExceeded("Maximum number of Client Certificates has been reached. Please contact AWS if you need additional Client Certificates.")
	clientCertificateSerial = new(big.Int).Lsh(big.NewInt(1), 127)
)

// certificateKeyRecord is the private key of a client certificate. No operation
// returns it.
type certificateKeyRecord struct {
	// PEM is the key in PKCS #8.
	PEM string `json:"pem"`
}

var clientCertificatePatches = patchTable[types.ClientCertificate]{
	refuse: refuseWithPaths[types.ClientCertificate],
	rules: []patchRule[types.ClientCertificate]{
		{path: "/description", replace: setText(func(c *types.ClientCertificate) **string { return &c.Description })},
	},
}

func findClientCertificate(tx store.Tx, scope store.Scope, id string) (*types.ClientCertificate, error) {
	return store.Find(tx, clientCertificates, scope, errNoClientCertificate, id)
}

// shownCertificate is a certificate as single responses have it: with tags, if empty.
func shownCertificate(certificate *types.ClientCertificate, err error) (*types.ClientCertificate, error) {
	if err == nil && certificate.Tags == nil {
		certificate.Tags = map[string]string{}
	}
	return certificate, err
}

// selfSigned makes an RSA key and a certificate for it that is valid from a time on.
func selfSigned(from time.Time) (certificatePEM, keyPEM string, err error) {
	key, err := rsa.GenerateKey(rand.Reader, certificateBits)
	if err != nil {
		return "", "", fmt.Errorf("generate RSA key: %w", err)
	}
	serial, err := rand.Int(rand.Reader, clientCertificateSerial)
	if err != nil {
		return "", "", fmt.Errorf("draw serial number: %w", err)
	}
	template := &x509.Certificate{
		SerialNumber: serial, Subject: pkix.Name{CommonName: "ApiGateway"},
		NotBefore: from, NotAfter: from.Add(certificateValidFor),
		KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth},
		BasicConstraintsValid: true,
	}
	certificate, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		return "", "", fmt.Errorf("sign certificate: %w", err)
	}
	encodedKey, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return "", "", fmt.Errorf("encode RSA key: %w", err)
	}
	return encodePEM("CERTIFICATE", certificate), encodePEM("PRIVATE KEY", encodedKey), nil
}

func encodePEM(kind string, data []byte) string {
	return string(pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: data}))
}

// GenerateClientCertificate makes a self-signed certificate, which stages can
// present to their backends, valid for a year.
func (s *Service) GenerateClientCertificate(
	ctx context.Context, in *apigateway.GenerateClientCertificateInput,
) (*apigateway.GenerateClientCertificateOutput, error) {
	if err := tagging.Check(in.Tags); err != nil {
		return nil, err
	}
	now := s.timestamp()
	certificatePEM, keyPEM, err := selfSigned(*now)
	if err != nil {
		return nil, err
	}
	expiration := now.Add(certificateValidFor)
	certificate := &types.ClientCertificate{
		ClientCertificateId: aws.String(newCertificateID()), Description: nonEmpty(aws.ToString(in.Description)),
		PemEncodedCertificate: &certificatePEM, CreatedDate: now, ExpirationDate: &expiration,
		Tags: maps.Clone(nonEmptyMap(in.Tags)),
	}
	scope := scopeOf(ctx)
	return wire.Respond[apigateway.GenerateClientCertificateOutput](update(ctx, s, func(tx store.Tx) (*types.ClientCertificate, error) {
		if err := store.CheckRoom(tx, clientCertificates, scope, s.limits.ClientCertificates, errTooManyCertificates); err != nil {
			return nil, err
		}
		if err := certificateKeys.Put(tx, scope, &certificateKeyRecord{PEM: keyPEM}, *certificate.ClientCertificateId); err != nil {
			return nil, err
		}
		return certificate, clientCertificates.Put(tx, scope, certificate, *certificate.ClientCertificateId)
	}))
}

// GetClientCertificate returns a certificate.
func (s *Service) GetClientCertificate(ctx context.Context, in *apigateway.GetClientCertificateInput) (*apigateway.GetClientCertificateOutput, error) {
	return wire.Respond[apigateway.GetClientCertificateOutput](shownCertificate(view(ctx, s, func(tx store.Tx) (*types.ClientCertificate, error) {
		return findClientCertificate(tx, scopeOf(ctx), *in.ClientCertificateId)
	})))
}

// GetClientCertificates lists the certificates of the caller's account and region in
// order of id.
func (s *Service) GetClientCertificates(ctx context.Context, in *apigateway.GetClientCertificatesInput) (*apigateway.GetClientCertificatesOutput, error) {
	page, err := newPage(in.Limit, in.Position)
	if err != nil {
		return nil, err
	}
	return view(ctx, s, func(tx store.Tx) (*apigateway.GetClientCertificatesOutput, error) {
		items, next, err := store.Take(page, clientCertificates.All(tx, scopeOf(ctx), page.After))
		if err != nil {
			return nil, err
		}
		return &apigateway.GetClientCertificatesOutput{Items: items, Position: next}, nil
	})
}

// UpdateClientCertificate changes the description of a certificate.
func (s *Service) UpdateClientCertificate(
	ctx context.Context, in *apigateway.UpdateClientCertificateInput,
) (*apigateway.UpdateClientCertificateOutput, error) {
	scope := scopeOf(ctx)
	return wire.Respond[apigateway.UpdateClientCertificateOutput](shownCertificate(update(ctx, s, func(tx store.Tx) (*types.ClientCertificate, error) {
		certificate, err := findClientCertificate(tx, scope, *in.ClientCertificateId)
		if err != nil {
			return nil, err
		}
		if err := clientCertificatePatches.apply(certificate, in.PatchOperations); err != nil {
			return nil, err
		}
		return certificate, clientCertificates.Put(tx, scope, certificate, *in.ClientCertificateId)
	})))
}

// DeleteClientCertificate deletes a certificate that no stage uses, with its key.
func (s *Service) DeleteClientCertificate(
	ctx context.Context, in *apigateway.DeleteClientCertificateInput,
) (*apigateway.DeleteClientCertificateOutput, error) {
	scope, id := scopeOf(ctx), *in.ClientCertificateId
	return update(ctx, s, func(tx store.Tx) (*apigateway.DeleteClientCertificateOutput, error) {
		if _, err := findClientCertificate(tx, scope, id); err != nil {
			return nil, err
		}
		for record, err := range stages.All(tx, scope, "") {
			if err != nil {
				return nil, err
			}
			if aws.ToString(record.Value.ClientCertificateId) == id {
				// Unverified: the wording.
				return nil, wire.BadRequest(fmt.Sprintf("Cannot delete client certificate %s because it is used by stage %s:%s", id, record.ID[0], record.ID[1]))
			}
		}
		if err := certificateKeys.Delete(tx, scope, id); err != nil {
			return nil, err
		}
		return &apigateway.DeleteClientCertificateOutput{}, clientCertificates.Delete(tx, scope, id)
	})
}
