package openapi

import (
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/apigateway/types"
)

// document makes a documentation part of those members of v that are there.
func (im *importer) document(v *Value, location types.DocumentationPartLocation, members ...string) {
	if im.options.IgnoreDocumentation || v == nil || v.Get("$ref") != nil {
		return
	}
	properties := object()
	for _, name := range members {
		if member := v.Get(name); member != nil && member.Kind != Null && member.text() != "" || member != nil && member.Kind > String {
			properties.set(name, member)
		}
	}
	im.addPart(location, properties)
}

func (im *importer) addPart(location types.DocumentationPartLocation, properties *Value) {
	if len(properties.Members) == 0 {
		return
	}
	im.api.DocumentationParts = append(im.api.DocumentationParts, types.DocumentationPart{
		Location: &location, Properties: aws.String(properties.compact()),
	})
}

// documentInfo makes the part of the API as a whole.
func (im *importer) documentInfo(info *Value) {
	if im.options.IgnoreDocumentation {
		return
	}
	kept := object()
	for _, m := range info.members() {
		if m.Name != "title" && m.Name != "version" {
			kept.set(m.Name, m.Value)
		}
	}
	if len(kept.Members) > 0 {
		im.addPart(types.DocumentationPartLocation{Type: types.DocumentationPartTypeApi}, object().set("info", kept))
	}
}

func (im *importer) documentMethod(m *Method, operation *Value) {
	im.document(operation, m.location(types.DocumentationPartTypeMethod), "tags", "summary", "description")
}

// extensionDocumentation reads the parts that the documentation extension lists; one
// with the location of a part that is there already takes its place.
func (im *importer) extensionDocumentation() {
	documentation := im.root.Get(extension + "documentation")
	if im.options.IgnoreDocumentation || documentation == nil {
		return
	}
	im.api.DocumentationVersion = documentation.Get("version").text()
	list := documentation.Get("documentationParts")
	if list == nil || list.Kind != Array {
		return
	}
	places := make(map[string]int, len(im.api.DocumentationParts))
	for i := range im.api.DocumentationParts {
		places[placeOf(im.api.DocumentationParts[i].Location)] = i
	}
	for _, item := range list.Items {
		location := readLocation(item.Get("location"))
		properties := item.Get("properties")
		part := types.DocumentationPart{Location: location, Properties: aws.String(properties.compact())}
		if properties != nil && properties.Kind == String {
			part.Properties = aws.String(properties.Text)
		}
		if i, there := places[placeOf(location)]; there {
			im.api.DocumentationParts[i] = part
			continue
		}
		places[placeOf(location)] = len(im.api.DocumentationParts)
		im.api.DocumentationParts = append(im.api.DocumentationParts, part)
	}
}

func readLocation(v *Value) *types.DocumentationPartLocation {
	text := func(name string) *string {
		if value := v.Get(name); value != nil && value.Kind != Null {
			return aws.String(value.text())
		}
		return nil
	}
	return &types.DocumentationPartLocation{
		Type: types.DocumentationPartType(v.Get("type").text()), Path: text("path"), Method: text("method"), StatusCode: text("statusCode"), Name: text("name"),
	}
}

func placeOf(l *types.DocumentationPartLocation) string {
	return string(l.Type) + "\n" + aws.ToString(l.Path) + "\n" + aws.ToString(l.Method) + "\n" + aws.ToString(l.StatusCode) + "\n" + aws.ToString(l.Name)
}
