package domainname

import (
	"context"
	"errors"
	"strconv"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/apigateway"
	v1 "github.com/aws/aws-sdk-go-v2/service/apigateway/types"

	"github.com/stagedoor-dev/stagedoor/controlplane/store"
	"github.com/stagedoor-dev/stagedoor/controlplane/wire"
)

// FirstVersion are the domain names of the first version of the API.
type FirstVersion interface {
	CreateDomainName(ctx context.Context, in *apigateway.CreateDomainNameInput) (*apigateway.CreateDomainNameOutput, error)
	GetDomainName(ctx context.Context, in *apigateway.GetDomainNameInput) (*apigateway.GetDomainNameOutput, error)
	GetDomainNames(ctx context.Context, in *apigateway.GetDomainNamesInput) (*apigateway.GetDomainNamesOutput, error)
	UpdateDomainName(ctx context.Context, in *apigateway.UpdateDomainNameInput) (*apigateway.UpdateDomainNameOutput, error)
	DeleteDomainName(ctx context.Context, in *apigateway.DeleteDomainNameInput) (*apigateway.DeleteDomainNameOutput, error)
}

// Protocol is the kind of an API.
type Protocol string

// The kinds of APIs that mappings point to.
const (
	Rest      Protocol = "REST"
	HTTP      Protocol = "HTTP"
	WebSocket Protocol = "WEBSOCKET"
)

// StageFinder tells of which kind an API is, empty for none that it knows, and whether it
// has a stage.
type StageFinder func(tx store.Tx, scope store.Scope, apiID, stage string) (protocol Protocol, hasStage bool, err error)

// Config is what a [Service] needs; all fields are required.
type Config struct {
	Store store.Store
	Names FirstVersion
	// Stages find the APIs of all kinds.
	Stages []StageFinder
}

// Service implements the operations on custom domain names of the second version. It is
// safe for concurrent use.
type Service struct{ config Config }

// New returns a service.
func New(config Config) (*Service, error) {
	if config.Store == nil || config.Names == nil || len(config.Stages) == 0 {
		return nil, errors.New("domainname: all fields of Config are required")
	}
	return &Service{config}, nil
}

func scopeOf(ctx context.Context) store.Scope {
	caller := wire.CallerFrom(ctx)
	return store.Scope{Account: caller.Account, Region: caller.Region}
}

func view[T any](ctx context.Context, s *Service, fn func(store.Tx) (T, error)) (T, error) {
	return store.ViewResult(ctx, s.config.Store, fn)
}

func update[T any](ctx context.Context, s *Service, fn func(store.Tx) (T, error)) (T, error) {
	return store.UpdateResult(ctx, s.config.Store, fn)
}

// Unverified: the wordings.
var (
	errNoDomainName = wire.NotFound("Invalid domain name identifier specified")
	errMaxResults   = wire.BadRequest("Invalid value for maxResults, it must be a positive integer")
	errNextToken    = wire.BadRequest("Invalid nextToken specified")
)

func findDomain(tx store.Tx, scope store.Scope, name, id *string) (*v1.DomainName, error) {
	return store.Find(tx, Names, scope, errNoDomainName, Key(name, id))
}

const (
	defaultPageSize = 500
	maxPageSize     = 1000
)

func newPage(maxResults, nextToken *string) (store.Page, error) {
	size := defaultPageSize
	if text := aws.ToString(maxResults); text != "" {
		n, err := strconv.ParseUint(text, 10, 31)
		if err != nil || n == 0 {
			return store.Page{}, errMaxResults
		}
		size = int(min(n, maxPageSize))
	}
	page, ok := store.NewPage(size, aws.ToString(nextToken))
	if !ok {
		return store.Page{}, errNextToken
	}
	return page, nil
}
