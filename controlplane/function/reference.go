package function

import (
	"context"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/stagedoor-dev/stagedoor/controlplane/store"
)

// latest is the name of the version that can be changed.
const latest = "$LATEST"

// namePattern is AWS's own pattern of how a function is named in a request.
const namePattern = `(arn:(aws[a-zA-Z-]*)?:lambda:)?([a-z]{2}((-gov)|(-iso([a-z]?)))?-[a-z]+-\d{1}:)?(\d{12}:)?(function:)?([a-zA-Z0-9-_\.]+)(:(\$LATEST(\.PUBLISHED)?|[a-zA-Z0-9-_]+))?`

// reference names a function, or a version or alias of it.
type reference struct {
	scope store.Scope
	name  string
	// qualifier is a version or alias; empty when the client gave none.
	qualifier string
}

// arn is the function's ARN, without qualifier.
func (r reference) arn() string {
	return "arn:aws:lambda:" + r.scope.Region + ":" + r.scope.Account + ":function:" + r.name
}

// qualifiedARN is the ARN as the client named it.
func (r reference) qualifiedARN() string {
	if r.qualifier == "" {
		return r.arn()
	}
	return r.arn() + ":" + r.qualifier
}

// parseReference reads a name, partial ARN or full ARN, each with or without a
// qualifier. What the text does not say stays empty. It takes exactly what
// namePattern takes, without the cost of a regular expression: each invocation
// comes through here.
func parseReference(text string) (reference, bool) {
	var r reference
	rest := text
	if after, ok := cutARN(rest); ok {
		rest = after
	}
	// Each of the optional parts is taken when it is there and something follows,
	// in the order in which they stand. last is what was taken just before rest.
	last := ""
	if head, tail, ok := strings.Cut(rest, ":"); ok && isRegion(head) {
		r.scope.Region, last, rest = head, head, tail
	}
	if head, tail, ok := strings.Cut(rest, ":"); ok && isAccount(head) {
		r.scope.Account, last, rest = head, head, tail
	}
	if head, tail, ok := strings.Cut(rest, ":"); ok && head == "function" {
		last, rest = head, tail
	}
	name, qualifier, qualified := strings.Cut(rest, ":")
	if !qualified && !isName(name) && last != "" {
		// "function:$LATEST" is version $LATEST of a function named "function".
		name, qualifier, qualified = last, rest, true
		switch last {
		case r.scope.Account:
			r.scope.Account = ""
		case r.scope.Region:
			r.scope.Region = ""
		}
	}
	if !isName(name) || qualified && !isQualifier(qualifier) {
		return reference{}, false
	}
	r.name, r.qualifier = name, qualifier
	return r, true
}

// cutARN removes "arn:{partition}:lambda:".
func cutARN(s string) (rest string, ok bool) {
	s, ok = strings.CutPrefix(s, "arn:")
	if !ok {
		return "", false
	}
	partition, s, _ := strings.Cut(s, ":")
	if name, aws := strings.CutPrefix(partition, "aws"); partition != "" && (!aws || !all(name, isPartitionByte)) {
		return "", false
	}
	return strings.CutPrefix(s, "lambda:")
}

// isRegion tells whether s looks like us-east-1, us-gov-west-1 or us-isob-east-1.
func isRegion(s string) bool {
	parts := strings.Split(s, "-")
	if len(parts) == 4 {
		special := parts[1]
		if special != "gov" && (!strings.HasPrefix(special, "iso") || len(special) > 4 || !all(special, isLower)) {
			return false
		}
		parts = append(parts[:1:1], parts[2:]...)
	}
	return len(parts) == 3 &&
		len(parts[0]) == 2 && all(parts[0], isLower) &&
		parts[1] != "" && all(parts[1], isLower) &&
		len(parts[2]) == 1 && all(parts[2], isDigit)
}

func isAccount(s string) bool { return len(s) == 12 && all(s, isDigit) }

func isName(s string) bool {
	return s != "" && all(s, func(c byte) bool { return isWordByte(c) || c == '.' })
}

func isQualifier(s string) bool {
	return s == latest || s == latest+".PUBLISHED" || s != "" && all(s, isWordByte)
}

// isVersion tells whether a qualifier is the number of a version.
func isVersion(qualifier string) bool { return qualifier != "" && all(qualifier, isDigit) }

// isAlias tells whether a qualifier can only be the name of an alias.
func isAlias(qualifier string) bool {
	return qualifier != "" && qualifier[0] != '$' && !isVersion(qualifier)
}

func all(s string, is func(byte) bool) bool {
	for i := range len(s) {
		if !is(s[i]) {
			return false
		}
	}
	return true
}

func isDigit(c byte) bool { return '0' <= c && c <= '9' }

func isLower(c byte) bool { return 'a' <= c && c <= 'z' }

func isLetter(c byte) bool { return isLower(c) || 'A' <= c && c <= 'Z' }

func isPartitionByte(c byte) bool { return isLetter(c) || c == '-' }

func isWordByte(c byte) bool { return isLetter(c) || isDigit(c) || c == '-' || c == '_' }

// resolve reads how a request names a function: FunctionName in one of its forms
// and the optional Qualifier. Account and region default to the caller's.
func resolve(defaults store.Scope, name, qualifier *string) (reference, error) {
	r, ok := parseReference(aws.ToString(name))
	if !ok {
		return reference{}, violation("functionName", aws.ToString(name),
			"Member must satisfy regular expression pattern: "+namePattern)
	}
	if r.scope.Account == "" {
		r.scope.Account = defaults.Account
	}
	if r.scope.Region == "" {
		r.scope.Region = defaults.Region
	}
	given := aws.ToString(qualifier)
	if given != "" && r.qualifier != "" && given != r.qualifier {
		return reference{}, invalidParameter("The derived qualifier from the function name does not match the specified qualifier.")
	}
	if r.qualifier == "" {
		r.qualifier = given
	}
	return r, nil
}

// own resolves a reference to a function of the caller's account and region.
// Operations other than Invoke do not reach beyond them.
func own(ctx context.Context, action string, name, qualifier *string) (reference, error) {
	scope := scopeOf(ctx)
	r, err := resolve(scope, name, qualifier)
	if err != nil {
		return reference{}, err
	}
	if r.scope.Region != scope.Region {
		return reference{}, unreachable(r, scope)
	}
	if r.scope.Account != scope.Account {
		return reference{}, accessDenied(rootOf(scope.Account), "lambda:"+action, r.qualifiedARN())
	}
	return r, nil
}

// ownFunction resolves a reference that has to be to the function itself; an
// explicit $LATEST is the same thing.
func ownFunction(ctx context.Context, action string, name *string) (reference, error) {
	r, err := own(ctx, action, name, nil)
	if err != nil {
		return reference{}, err
	}
	if r.qualifier != "" && r.qualifier != latest {
		return reference{}, invalidParameter("This operation is permitted on Lambda functions only. " +
			"Aliases and versions do not support this operation. Please specify either a function name or an unqualified function ARN.")
	}
	r.qualifier = ""
	return r, nil
}

func unreachable(r reference, scope store.Scope) error {
	return notFound("Functions from '" + r.scope.Region + "' are not reachable in this region ('" + scope.Region + "')")
}

// rootOf is the principal that stands for all of an account.
func rootOf(account string) string { return "arn:aws:iam::" + account + ":root" }
