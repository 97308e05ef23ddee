package openapi

import (
	"cmp"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/apigateway/types"
)

// documentation finds what the parts say of a place.
type documentation map[types.DocumentationPartType][]documented

type documented struct {
	path, method, status, name string
	properties                 *Value
}

func newDocumentation(parts []types.DocumentationPart) documentation {
	byType := documentation{}
	for _, part := range parts {
		properties := parseProperties(aws.ToString(part.Properties))
		if part.Location == nil || properties == nil {
			continue
		}
		l := part.Location
		byType[l.Type] = append(byType[l.Type], documented{
			path: aws.ToString(l.Path), method: star(aws.ToString(l.Method)), status: star(aws.ToString(l.StatusCode)), name: aws.ToString(l.Name), properties: properties,
		})
	}
	return byType
}

// star is what "*" stands for: any.
func star(text string) string {
	if text == "*" {
		return ""
	}
	return text
}

// inherits has the types whose parts hold for more special places as well.
var inherits = map[types.DocumentationPartType]bool{
	types.DocumentationPartTypePathParameter: true, types.DocumentationPartTypeQueryParameter: true, types.DocumentationPartTypeRequestHeader: true,
	types.DocumentationPartTypeResponse: true, types.DocumentationPartTypeResponseHeader: true, types.DocumentationPartTypeResponseBody: true,
}

// find returns the properties of the part that is most special to a place; nil when there
// is none. The path counts before the status.
func (d documentation) find(of types.DocumentationPartType, path, method, status, name string) *Value {
	var best *documented
	for i := range d[of] {
		part := &d[of][i]
		fits := part.name == name && (part.method == "" || part.method == method) && (part.status == "" || part.status == status)
		if inherits[of] {
			fits = fits && (part.path == path || part.path == "/" || strings.HasPrefix(path, part.path+"/"))
		} else {
			fits = fits && part.path == path && part.method == method
		}
		if fits && (best == nil || slices.Compare(part.rank(), best.rank()) > 0) {
			best = part
		}
	}
	if best == nil {
		return nil
	}
	return best.properties
}

func (p *documented) rank() []int { return []int{len(p.path), len(p.method), len(p.status)} }

// describe gives an element of the document what its part says.
func (e *exporter) describe(v *Value, of types.DocumentationPartType, path, method, status, name string) {
	for _, m := range e.docs.find(of, path, method, status, name).members() {
		v.set(m.Name, m.Value)
	}
}

// documentationExtension lists the parts.
func (e *exporter) documentationExtension() *Value {
	list := array()
	for _, part := range slices.SortedStableFunc(slices.Values(e.Parts), func(a, b types.DocumentationPart) int {
		return cmp.Compare(placeOf(a.Location), placeOf(b.Location))
	}) {
		location := object().set("type", str(string(part.Location.Type)))
		setText(location, "path", aws.ToString(part.Location.Path))
		setText(location, "method", aws.ToString(part.Location.Method))
		setText(location, "statusCode", aws.ToString(part.Location.StatusCode))
		setText(location, "name", aws.ToString(part.Location.Name))
		item := object().set("location", location)
		if properties := parseProperties(aws.ToString(part.Properties)); properties != nil {
			item.set("properties", properties)
		}
		list.Items = append(list.Items, item)
	}
	return object().set("version", str(e.DocumentationVersion)).
		set("createdDate", str(e.DocumentationDate.UTC().Format("2006-01-02T15:04:05Z"))).set("documentationParts", list)
}
