package mapping

// Values is what expressions are evaluated against: one request on its way.
type Values interface {
	// PathParameter returns a path parameter as the client sent it, undecoded.
	PathParameter(name string) (string, bool)
	// Querystring returns the decoded values of a query parameter, in order.
	Querystring(name string) []string
	// Header returns the values of a request header, in order.
	Header(name string) []string
	// StageVariable returns a variable of the stage.
	StageVariable(name string) (string, bool)
	// ContextVariable returns a $context variable, named without "$context.".
	ContextVariable(name string) (string, bool)
	// ResponseHeader returns the values of a header of the integration response, in
	// order; none as long as there is no response.
	ResponseHeader(name string) []string
	// RequestBody returns the body of the method request, nil when there is none.
	RequestBody() *Document
	// ResponseBody returns the body of the integration response, nil as long as there
	// is no response.
	ResponseBody() *Document
}

// Evaluate returns the values of the expression: none when the source is missing,
// more than one only for the multi-value sources. The caller does not change them.
func (e Expression) Evaluate(v Values) []string {
	switch e.source {
	case Literal:
		return e.literal
	case Path:
		return one(v.PathParameter(e.name))
	case Querystring:
		return last(v.Querystring(e.name))
	case MultiValueQuerystring:
		return v.Querystring(e.name)
	case Header:
		return last(v.Header(e.name))
	case MultiValueHeader:
		return v.Header(e.name)
	case StageVariable:
		return one(v.StageVariable(e.name))
	case Context:
		return one(v.ContextVariable(e.name))
	case ResponseHeader:
		return first(v.ResponseHeader(e.name))
	case ResponseMultiValueHeader:
		return v.ResponseHeader(e.name)
	case Body:
		return v.RequestBody().Evaluate(e.path)
	case ResponseBody:
		return v.ResponseBody().Evaluate(e.path)
	default:
		return nil
	}
}

func one(value string, ok bool) []string {
	if !ok {
		return nil
	}
	return []string{value}
}

func first(values []string) []string {
	if len(values) > 1 {
		return values[:1]
	}
	return values
}

// last keeps the value that counts where one is asked for: as in a Lambda proxy
// event the last one (LP-16). Unverified for parameter mapping.
func last(values []string) []string {
	if len(values) > 1 {
		return values[len(values)-1:]
	}
	return values
}
