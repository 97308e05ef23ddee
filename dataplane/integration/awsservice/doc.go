// Package awsservice has the facts about AWS services that calling them takes: the
// name to sign for, the environment variable of the endpoint, the protocol, and what
// the JSON protocols want in headers. It calls nobody. Start with [Find]; [ParseURI]
// reads the URI of an integration.
//
// The table is generated from botocore's models by scripts/awsservices.py, by hand:
// it changes when AWS adds a service, not with this repository.
package awsservice
