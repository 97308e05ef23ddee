package domainname

import (
	"fmt"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	v1 "github.com/aws/aws-sdk-go-v2/service/apigateway/types"
	"github.com/aws/aws-sdk-go-v2/service/apigatewayv2/types"

	"github.com/stagedoor-dev/stagedoor/controlplane/store"
	"github.com/stagedoor-dev/stagedoor/controlplane/wire"
)

// The collections of custom domain names. What a record's id consists of stands behind it.
var (
	// Names are the domain names, by [Key].
	Names = store.NewCollection("domainname", wire.Records[v1.DomainName]{})
	// Mappings are what paths below a name are mapped to: domain name, base path.
	Mappings = store.NewCollection("basepathmapping", wire.Records[v1.BasePathMapping]{})
	// Rules are routing rules: domain name, rule.
	Rules = store.NewCollection("routingrule", wire.Records[types.RoutingRule]{})
	// mappingIDs are the ids of mappings that the second version made: domain name, id.
	mappingIDs = store.NewCollection("apimapping", store.JSONRecords[mappingID]{})
)

// mappingID finds a mapping by its id.
type mappingID struct {
	BasePath string `json:"basePath"`
}

// None stands for an empty base path or stage, which has no place in a URL.
const None = "(none)"

// Key is the id of a domain name's record. A public name is its own; private ones need not
// be unique and have an id beside the name.
func Key(name, id *string) string {
	if aws.ToString(id) == "" {
		return aws.ToString(name)
	}
	return aws.ToString(name) + "+" + *id
}

// DeleteUnder deletes the mappings and the rules of a domain name.
func DeleteUnder(tx store.Tx, scope store.Scope, key string) error {
	for _, deleteUnder := range []func(store.Tx, store.Scope, ...string) error{Mappings.DeleteUnder, Rules.DeleteUnder, mappingIDs.DeleteUnder} {
		if err := deleteUnder(tx, scope, key); err != nil {
			return err
		}
	}
	return nil
}

// CheckUnmapped refuses to delete a stage that a domain name is mapped to, or with an empty
// stage name an API that one is mapped to. Seen in public reports.
func CheckUnmapped(tx store.Tx, scope store.Scope, apiID, stageName string) error {
	var domains []string
	for record, err := range Mappings.All(tx, scope, "") {
		if err != nil {
			return err
		}
		mapping := record.Value
		if aws.ToString(mapping.RestApiId) != apiID || stageName != "" && aws.ToString(mapping.Stage) != stageName {
			continue
		}
		if name, _, _ := strings.Cut(record.ID[0], "+"); len(domains) == 0 || domains[len(domains)-1] != name {
			domains = append(domains, name)
		}
	}
	if len(domains) == 0 {
		return nil
	}
	what, kind := "RestApi "+apiID, "RestApi"
	if stageName != "" {
		what, kind = "stage "+stageName, "stage"
	}
	return wire.BadRequest(fmt.Sprintf("Deleting %s failed. Please remove all base path mappings related to the %s in your domains: %s",
		what, kind, strings.Join(domains, ", ")))
}
