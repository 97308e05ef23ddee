package integration

// AppendTokenEvent appends the event of a TOKEN authorizer: the token as it was sent.
func AppendTokenEvent(b []byte, token, methodARN string) []byte {
	b = append(b, `{"type":"TOKEN","authorizationToken":`...)
	b = appendString(b, token)
	b = append(b, `,"methodArn":`...)
	b = appendString(b, methodARN)
	return append(b, '}')
}

// AppendAuthorizer appends the event of a REQUEST authorizer: the event of a proxy
// integration but for the body. Unverified: that what has no members is an empty object
// here, where it is null there.
func (e *Event) AppendAuthorizer(b []byte, methodARN string) []byte {
	b = append(b, `{"type":"REQUEST","methodArn":`...)
	b = appendString(b, methodARN)
	b = append(b, `,"resource":`...)
	b = appendString(b, e.Resource)
	b = append(b, `,"path":`...)
	b = appendString(b, e.Path)
	b = append(b, `,"httpMethod":`...)
	b = appendString(b, e.HTTPMethod)
	for _, member := range [...]struct {
		name   string
		fields []Field
		append func([]byte, []Field) []byte
	}{
		{"headers", e.Headers, appendSingle},
		{"multiValueHeaders", e.Headers, appendMulti},
		{"queryStringParameters", e.Query, appendSingle},
		{"multiValueQueryStringParameters", e.Query, appendMulti},
	} {
		b = append(append(append(b, `,"`...), member.name...), `":`...)
		if len(member.fields) == 0 {
			b = append(b, `{}`...)
		} else {
			b = member.append(b, member.fields)
		}
	}
	b = append(b, `,"pathParameters":`...)
	b = appendPairsOrEmpty(b, e.PathParameters)
	b = append(b, `,"stageVariables":`...)
	b = appendPairsOrEmpty(b, e.StageVariables)
	b = append(b, `,"requestContext":`...)
	b = e.Context.append(b)
	return append(b, '}')
}

func appendPairsOrEmpty(b []byte, pairs []Pair) []byte {
	if len(pairs) == 0 {
		return append(b, `{}`...)
	}
	return appendPairs(b, pairs)
}
