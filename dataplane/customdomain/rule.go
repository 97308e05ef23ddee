package customdomain

import (
	"cmp"
	"net/http"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/apigatewayv2/types"
)

// rule is a compiled routing rule: all of its conditions have to hold.
type rule struct {
	// headers are its conditions on headers; one of each has to hold.
	headers [][]headerGlob
	// basePaths are what the path may begin with; nil for any path.
	basePaths []string
	apiID     string
	stage     string
	strips    bool
}

// headerGlob matches the values of a header: text with a star at its beginning, its end or
// both.
type headerGlob struct {
	name, text       string
	fromHere, toHere bool
}

// compileRules compiles rules in the order of their priority.
func compileRules(published []types.RoutingRule) []rule {
	sorted := slices.SortedFunc(slices.Values(published), func(a, b types.RoutingRule) int {
		return cmp.Compare(aws.ToInt32(a.Priority), aws.ToInt32(b.Priority))
	})
	rules := make([]rule, 0, len(sorted))
	for i := range sorted {
		if len(sorted[i].Actions) != 1 || sorted[i].Actions[0].InvokeApi == nil {
			continue // the control plane takes no such rule
		}
		action := sorted[i].Actions[0].InvokeApi
		r := rule{apiID: aws.ToString(action.ApiId), stage: aws.ToString(action.Stage), strips: aws.ToBool(action.StripBasePath)}
		for _, condition := range sorted[i].Conditions {
			if condition.MatchBasePaths != nil {
				r.basePaths = append(r.basePaths, condition.MatchBasePaths.AnyOf...)
			}
			if condition.MatchHeaders == nil {
				continue
			}
			var anyOf []headerGlob
			for _, value := range condition.MatchHeaders.AnyOf {
				anyOf = append(anyOf, newGlob(aws.ToString(value.Header), aws.ToString(value.ValueGlob)))
			}
			r.headers = append(r.headers, anyOf)
		}
		rules = append(rules, r)
	}
	return rules
}

func newGlob(name, glob string) headerGlob {
	text, open := strings.CutPrefix(glob, "*")
	text, end := strings.CutSuffix(text, "*")
	return headerGlob{name: http.CanonicalHeaderKey(name), text: text, fromHere: !open, toHere: !end}
}

func (g *headerGlob) match(header http.Header) bool {
	return slices.ContainsFunc(header[g.name], func(value string) bool {
		switch {
		case g.fromHere && g.toHere:
			return value == g.text
		case g.fromHere:
			return strings.HasPrefix(value, g.text)
		case g.toHere:
			return strings.HasSuffix(value, g.text)
		default:
			return strings.Contains(value, g.text)
		}
	})
}

// match tells where a request goes for which the conditions hold.
func (r *rule) match(path string, header http.Header) (Match, bool) {
	for _, anyOf := range r.headers {
		if !slices.ContainsFunc(anyOf, func(g headerGlob) bool { return g.match(header) }) {
			return Match{}, false
		}
	}
	rest, base := path, ""
	if r.basePaths != nil {
		found := false
		for _, basePath := range r.basePaths {
			if behind, ok := cutBasePath(path, basePath); ok && len(basePath) > len(base) {
				found, base = true, basePath
				if r.strips {
					rest = behind
				}
			}
		}
		if !found {
			return Match{}, false
		}
	}
	return Match{ApiID: r.apiID, Stage: r.stage, Path: "/" + r.stage + rest, BasePath: base}, true
}
