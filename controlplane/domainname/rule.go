package domainname

import (
	"context"
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	v1 "github.com/aws/aws-sdk-go-v2/service/apigateway/types"
	"github.com/aws/aws-sdk-go-v2/service/apigatewayv2"
	"github.com/aws/aws-sdk-go-v2/service/apigatewayv2/types"

	"github.com/stagedoor-dev/stagedoor/controlplane/apiid"
	"github.com/stagedoor-dev/stagedoor/controlplane/store"
	"github.com/stagedoor-dev/stagedoor/controlplane/wire"
)

const (
	maxPriority         = 1_000_000
	maxHeaderConditions = 2
	maxPathConditions   = 1
)

var headerNamePattern = regexp.MustCompile("^[A-Za-z0-9*?!#$%&'.^_`|~-]{1,39}$")

// Unverified: the wordings.
var (
	errNoRule         = wire.NotFound("Invalid routing rule identifier specified")
	errPriority       = wire.BadRequest("Priority must be between 1 and 1000000")
	errPriorityTaken  = wire.Conflict("A routing rule with this priority already exists for the domain name")
	errActions        = wire.BadRequest("A routing rule must have exactly one action")
	errConditions     = wire.BadRequest("A routing rule can have at most two matchHeaders conditions and one matchBasePaths condition")
	errEmptyCondition = wire.BadRequest("A condition must have either matchHeaders or matchBasePaths, with at least one value")
	errHeader         = wire.BadRequest("Invalid header or value in a matchHeaders condition")
	errRuleTarget     = wire.BadRequest("Routing rules can invoke REST APIs only")
	errRulesMapped    = wire.BadRequest("Routing rules cannot be used for a domain name with mappings to HTTP or WebSocket APIs")
)

// checkRule checks a rule, new or changed.
func (s *Service) checkRule(tx store.Tx, scope store.Scope, domain string, rule *types.RoutingRule) error {
	if p := aws.ToInt32(rule.Priority); p < 1 || p > maxPriority {
		return errPriority
	}
	if len(rule.Actions) != 1 || rule.Actions[0].InvokeApi == nil {
		return errActions
	}
	if err := checkConditions(rule.Conditions); err != nil {
		return err
	}
	action := rule.Actions[0].InvokeApi
	protocol, err := s.protocol(tx, scope, aws.ToString(action.ApiId), aws.ToString(action.Stage))
	if err != nil {
		return err
	}
	if protocol != Rest {
		return errRuleTarget
	}
	for other, err := range Rules.All(tx, scope, "", domain) {
		if err != nil {
			return err
		}
		if *other.Value.RoutingRuleId != *rule.RoutingRuleId && aws.ToInt32(other.Value.Priority) == aws.ToInt32(rule.Priority) {
			return errPriorityTaken
		}
	}
	for mapping, err := range Mappings.All(tx, scope, "", domain) {
		if err != nil {
			return err
		}
		protocol, _, err := s.find(tx, scope, aws.ToString(mapping.Value.RestApiId), "")
		if err != nil {
			return err
		}
		if protocol == HTTP || protocol == WebSocket {
			return errRulesMapped
		}
	}
	return nil
}

func checkConditions(conditions []types.RoutingRuleCondition) error {
	headers, paths := 0, 0
	for i := range conditions {
		c := &conditions[i]
		if (c.MatchHeaders == nil) == (c.MatchBasePaths == nil) {
			return errEmptyCondition
		}
		if c.MatchBasePaths != nil {
			paths++
			if len(c.MatchBasePaths.AnyOf) == 0 {
				return errEmptyCondition
			}
			for _, path := range c.MatchBasePaths.AnyOf {
				if !mappingKeyPattern.MatchString(path) {
					return errMappingKey
				}
			}
			continue
		}
		headers++
		if len(c.MatchHeaders.AnyOf) == 0 {
			return errEmptyCondition
		}
		for _, value := range c.MatchHeaders.AnyOf {
			if !headerNamePattern.MatchString(aws.ToString(value.Header)) || !isGlob(aws.ToString(value.ValueGlob)) {
				return errHeader
			}
		}
	}
	if headers > maxHeaderConditions || paths > maxPathConditions {
		return errConditions
	}
	return nil
}

// isGlob tells whether a glob has its stars at its ends only.
func isGlob(glob string) bool {
	return glob != "" && !strings.Contains(strings.TrimSuffix(strings.TrimPrefix(glob, "*"), "*"), "*")
}

func newRule(scope store.Scope, domain *v1.DomainName, id string, priority *int32, actions []types.RoutingRuleAction, conditions []types.RoutingRuleCondition) *types.RoutingRule {
	arn := fmt.Sprintf("arn:aws:apigateway:%s:%s:/domainnames/%s/routingrules/%s", scope.Region, scope.Account, Key(domain.DomainName, domain.DomainNameId), id)
	if conditions == nil {
		conditions = []types.RoutingRuleCondition{}
	}
	return &types.RoutingRule{RoutingRuleId: &id, RoutingRuleArn: &arn, Priority: priority, Actions: actions, Conditions: conditions}
}

// CreateRoutingRule adds a rule to a domain name.
func (s *Service) CreateRoutingRule(ctx context.Context, in *apigatewayv2.CreateRoutingRuleInput) (*apigatewayv2.CreateRoutingRuleOutput, error) {
	scope, id := scopeOf(ctx), apiid.New(6)
	return wire.Respond[apigatewayv2.CreateRoutingRuleOutput](update(ctx, s, func(tx store.Tx) (*types.RoutingRule, error) {
		domain, err := findDomain(tx, scope, in.DomainName, in.DomainNameId)
		if err != nil {
			return nil, err
		}
		return s.putRule(tx, scope, domain, newRule(scope, domain, id, in.Priority, in.Actions, in.Conditions))
	}))
}

func (s *Service) putRule(tx store.Tx, scope store.Scope, domain *v1.DomainName, rule *types.RoutingRule) (*types.RoutingRule, error) {
	key := Key(domain.DomainName, domain.DomainNameId)
	if err := s.checkRule(tx, scope, key, rule); err != nil {
		return nil, err
	}
	return rule, Rules.Put(tx, scope, rule, key, *rule.RoutingRuleId)
}

func findRule(tx store.Tx, scope store.Scope, domain, id, ruleID *string) (*v1.DomainName, *types.RoutingRule, error) {
	found, err := findDomain(tx, scope, domain, id)
	if err != nil {
		return nil, nil, err
	}
	rule, err := store.Find(tx, Rules, scope, errNoRule, Key(found.DomainName, found.DomainNameId), *ruleID)
	return found, rule, err
}

// PutRoutingRule puts a rule in place of one that is there.
func (s *Service) PutRoutingRule(ctx context.Context, in *apigatewayv2.PutRoutingRuleInput) (*apigatewayv2.PutRoutingRuleOutput, error) {
	scope := scopeOf(ctx)
	return wire.Respond[apigatewayv2.PutRoutingRuleOutput](update(ctx, s, func(tx store.Tx) (*types.RoutingRule, error) {
		domain, _, err := findRule(tx, scope, in.DomainName, in.DomainNameId, in.RoutingRuleId)
		if err != nil {
			return nil, err
		}
		return s.putRule(tx, scope, domain, newRule(scope, domain, *in.RoutingRuleId, in.Priority, in.Actions, in.Conditions))
	}))
}

// GetRoutingRule returns a rule.
func (s *Service) GetRoutingRule(ctx context.Context, in *apigatewayv2.GetRoutingRuleInput) (*apigatewayv2.GetRoutingRuleOutput, error) {
	scope := scopeOf(ctx)
	return wire.Respond[apigatewayv2.GetRoutingRuleOutput](view(ctx, s, func(tx store.Tx) (*types.RoutingRule, error) {
		_, rule, err := findRule(tx, scope, in.DomainName, in.DomainNameId, in.RoutingRuleId)
		return rule, err
	}))
}

// ListRoutingRules lists the rules of a domain name in order of id.
func (s *Service) ListRoutingRules(ctx context.Context, in *apigatewayv2.ListRoutingRulesInput) (*apigatewayv2.ListRoutingRulesOutput, error) {
	var size *string
	if in.MaxResults != nil {
		size = aws.String(strconv.Itoa(int(*in.MaxResults)))
	}
	page, err := newPage(size, in.NextToken)
	if err != nil {
		return nil, err
	}
	scope := scopeOf(ctx)
	return view(ctx, s, func(tx store.Tx) (*apigatewayv2.ListRoutingRulesOutput, error) {
		domain, err := findDomain(tx, scope, in.DomainName, in.DomainNameId)
		if err != nil {
			return nil, err
		}
		items, next, err := store.Take(page, Rules.All(tx, scope, page.After, Key(domain.DomainName, domain.DomainNameId)))
		return &apigatewayv2.ListRoutingRulesOutput{RoutingRules: items, NextToken: next}, err
	})
}

// DeleteRoutingRule deletes a rule.
func (s *Service) DeleteRoutingRule(ctx context.Context, in *apigatewayv2.DeleteRoutingRuleInput) (*apigatewayv2.DeleteRoutingRuleOutput, error) {
	scope := scopeOf(ctx)
	return update(ctx, s, func(tx store.Tx) (*apigatewayv2.DeleteRoutingRuleOutput, error) {
		domain, _, err := findRule(tx, scope, in.DomainName, in.DomainNameId, in.RoutingRuleId)
		if err != nil {
			return nil, err
		}
		return &apigatewayv2.DeleteRoutingRuleOutput{}, Rules.Delete(tx, scope, Key(domain.DomainName, domain.DomainNameId), *in.RoutingRuleId)
	})
}
