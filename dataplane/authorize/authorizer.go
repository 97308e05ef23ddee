package authorize

import (
	"errors"
	"fmt"
	"regexp"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/apigateway/types"

	"github.com/stagedoor-dev/stagedoor/dataplane/integration"
	"github.com/stagedoor-dev/stagedoor/dataplane/mapping"
)

// defaultTTL is how long results are kept when an authorizer does not say.
const defaultTTL = 300 * time.Second

// callTimeout limits the call of an authorizer's function. Unverified: that it is the
// limit of integrations.
const callTimeout = 29 * time.Second

// Config is what an authorizer is made of besides its definition.
type Config struct {
	Account, Region, APIID string
	// Variables are the stage's.
	Variables map[string]string
	Invoker   integration.Invoker
	// Now is the clock; nil = [time.Now]. REST APIs have no need of it.
	Now func() time.Time
}

// function is how the function of an authorizer is invoked.
func (c *Config) function(arn, role, authorizerID string) function {
	return function{
		invoker: c.Invoker, arn: arn, role: role,
		source: "arn:aws:execute-api:" + c.Region + ":" + c.Account + ":" + c.APIID + "/authorizers/" + authorizerID,
	}
}

// Authorizer is a compiled Lambda authorizer. It is safe for concurrent use.
type Authorizer struct {
	ID   string
	Type types.AuthorizerType
	// TTL is how long a result may be used again; 0 for not at all.
	TTL time.Duration

	sources []mapping.Expression
	// valid is what the whole token has to match; nil = any.
	valid    *regexp.Regexp
	function function
}

// New compiles an authorizer. The error says what cannot be carried out; Cognito user
// pools are not Lambda authorizers and an error.
func New(config Config, definition *types.Authorizer) (*Authorizer, error) {
	if definition.Type != types.AuthorizerTypeToken && definition.Type != types.AuthorizerTypeRequest {
		return nil, fmt.Errorf("authorizer type %s is not supported yet", definition.Type)
	}
	substitute := func(text *string) string {
		return mapping.SubstituteStageVariables(aws.ToString(text), config.Variables)
	}
	arn, err := integration.LambdaFunctionARN(substitute(definition.AuthorizerUri))
	if err != nil {
		return nil, err
	}
	id := aws.ToString(definition.Id)
	a := &Authorizer{
		ID: id, Type: definition.Type, TTL: defaultTTL,
		function: config.function(arn, substitute(definition.AuthorizerCredentials), id),
	}
	if definition.AuthorizerResultTtlInSeconds != nil {
		a.TTL = time.Duration(*definition.AuthorizerResultTtlInSeconds) * time.Second
	}
	return a, a.compileIdentity(definition)
}

func (a *Authorizer) compileIdentity(definition *types.Authorizer) error {
	for source := range strings.SplitSeq(aws.ToString(definition.IdentitySource), ",") {
		if source = strings.TrimSpace(source); source == "" {
			continue
		}
		expression, err := mapping.ParseExpression(source)
		if err != nil {
			return fmt.Errorf("identity source: %w", err)
		}
		a.sources = append(a.sources, expression)
	}
	if a.Type != types.AuthorizerTypeToken {
		return nil
	}
	if len(a.sources) != 1 || a.sources[0].Source() != mapping.Header {
		return errors.New("a TOKEN authorizer needs one header as its identity source")
	}
	if pattern := aws.ToString(definition.IdentityValidationExpression); pattern != "" {
		valid, err := CompileValidation(pattern)
		if err != nil {
			return err
		}
		a.valid = valid
	}
	return nil
}

// CompileValidation compiles an identityValidationExpression, which has to match a whole
// text.
func CompileValidation(pattern string) (*regexp.Regexp, error) {
	valid, err := regexp.Compile(`\A(?:` + pattern + `)\z`)
	if err != nil {
		// A Java expression that RE2 has no means for: to go on would let more in.
		return nil, fmt.Errorf("identityValidationExpression: %w", err)
	}
	return valid, nil
}

// Identity returns what identifies the caller, one value for each identity source. It
// reports false when the function is not even asked: a source is missing or empty, or
// the token is none that the validation expression allows. The answer is then 401.
func (a *Authorizer) Identity(request mapping.Values) (identity []string, ok bool) {
	identity = make([]string, len(a.sources))
	for i, source := range a.sources {
		if values := source.Evaluate(request); len(values) > 0 {
			identity[i] = values[0]
		}
		if identity[i] == "" {
			return nil, false
		}
	}
	if a.valid != nil && !a.valid.MatchString(identity[0]) {
		return nil, false
	}
	return identity, true
}

// Event returns the event for the function: the token for TOKEN authorizers, the
// request for others.
func (a *Authorizer) Event(identity []string, methodARN string, request *integration.Event) []byte {
	if a.Type == types.AuthorizerTypeToken {
		return integration.AppendTokenEvent(nil, identity[0], methodARN)
	}
	return request.AppendAuthorizer(nil, methodARN)
}
