package restapi_test

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/apigateway"
	"pgregory.net/rapid"

	"github.com/stagedoor-dev/stagedoor/controlplane/restapi"
	"github.com/stagedoor-dev/stagedoor/controlplane/store"
	"github.com/stagedoor-dev/stagedoor/controlplane/store/bolt"
	"github.com/stagedoor-dev/stagedoor/controlplane/store/memory"
)

// model is what the service should have: of each API the verbs of each path, and what each
// stage serves.
type model struct {
	apis   map[string]map[string][]string
	ids    map[string]map[string]string
	stages map[string]map[string]string
}

func (m *model) shape(api string) string { return fmt.Sprint(m.apis[api]) }

// TestAgainstModel runs random sequences of operations, restarts included, against a model.
func TestAgainstModel(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	runs := 0
	rapid.Check(t, func(rt *rapid.T) {
		runs++
		file := fmt.Sprintf("%s/%d.db", dir, runs)
		m := &model{apis: map[string]map[string][]string{}, ids: map[string]map[string]string{}, stages: map[string]map[string]string{}}
		records, service := open(rt, file)
		defer func() { shut(rt, records, service) }()
		ctx := context.Background()
		pick := func(from map[string]string, label string) string {
			return rapid.SampledFrom(slices.Sorted(maps.Keys(from))).Draw(rt, label)
		}
		anyAPI := func() string {
			if len(m.apis) == 0 {
				rt.Skip("no API")
			}
			return rapid.SampledFrom(slices.Sorted(maps.Keys(m.apis))).Draw(rt, "api")
		}
		rt.Repeat(map[string]func(*rapid.T){
			"create an API": func(rt *rapid.T) {
				api, err := service.CreateRestApi(ctx, &apigateway.CreateRestApiInput{Name: aws.String("a")})
				if err != nil {
					rt.Fatal(err)
				}
				m.apis[*api.Id], m.ids[*api.Id], m.stages[*api.Id] = map[string][]string{"/": nil}, map[string]string{"/": *api.RootResourceId}, map[string]string{}
			},
			"delete an API": func(rt *rapid.T) {
				api := anyAPI()
				if _, err := service.DeleteRestApi(ctx, &apigateway.DeleteRestApiInput{RestApiId: &api}); err != nil {
					rt.Fatal(err)
				}
				delete(m.apis, api)
				delete(m.ids, api)
				delete(m.stages, api)
			},
			"create a resource": func(rt *rapid.T) {
				api := anyAPI()
				parent, part := pick(m.ids[api], "parent"), rapid.SampledFrom([]string{"a", "b", "{v}", "{w}"}).Draw(rt, "part")
				path := strings.TrimSuffix(parent, "/") + "/" + part
				out, err := service.CreateResource(ctx, &apigateway.CreateResourceInput{RestApiId: &api, ParentId: aws.String(m.ids[api][parent]), PathPart: &part})
				if clash := taken(m.ids[api], path); (err != nil) != clash {
					rt.Fatalf("%s: %v, taken %v", path, err, clash)
				}
				if err == nil {
					m.apis[api][path], m.ids[api][path] = nil, *out.Id
				}
			},
			"delete a resource": func(rt *rapid.T) {
				api := anyAPI()
				path := pick(m.ids[api], "path")
				_, err := service.DeleteResource(ctx, &apigateway.DeleteResourceInput{RestApiId: &api, ResourceId: aws.String(m.ids[api][path])})
				if (err != nil) != (path == "/") {
					rt.Fatalf("%s: %v", path, err)
				}
				for other := range m.ids[api] {
					if path != "/" && (other == path || strings.HasPrefix(other, path+"/")) {
						delete(m.apis[api], other)
						delete(m.ids[api], other)
					}
				}
			},
			"put a method": func(rt *rapid.T) {
				api := anyAPI()
				path, verb := pick(m.ids[api], "path"), rapid.SampledFrom([]string{"GET", "POST", "ANY"}).Draw(rt, "verb")
				_, err := service.PutMethod(ctx, &apigateway.PutMethodInput{RestApiId: &api, ResourceId: aws.String(m.ids[api][path]), HttpMethod: &verb, AuthorizationType: aws.String("NONE")})
				if there := slices.Contains(m.apis[api][path], verb); (err != nil) != there {
					rt.Fatalf("%s %s: %v", verb, path, err)
				} else if !there {
					_, err := service.PutIntegration(ctx, &apigateway.PutIntegrationInput{RestApiId: &api, ResourceId: aws.String(m.ids[api][path]), HttpMethod: &verb, Type: "MOCK"})
					if err != nil {
						rt.Fatal(err)
					}
					m.apis[api][path] = append(m.apis[api][path], verb)
					slices.Sort(m.apis[api][path])
				}
			},
			"deploy": func(rt *rapid.T) {
				api, stage := anyAPI(), rapid.SampledFrom([]string{"x", "y"}).Draw(rt, "stage")
				_, err := service.CreateDeployment(ctx, &apigateway.CreateDeploymentInput{RestApiId: &api, StageName: &stage})
				hasMethod := slices.ContainsFunc(slices.Collect(maps.Values(m.apis[api])), func(verbs []string) bool { return len(verbs) > 0 })
				if (err == nil) != hasMethod {
					rt.Fatalf("deploy: %v", err)
				}
				if err == nil {
					m.stages[api][stage] = m.shape(api)
				}
			},
			"restart": func(rt *rapid.T) {
				shut(rt, records, service)
				records, service = open(rt, file)
			},
			"": func(rt *rapid.T) { m.check(rt, service) },
		})
	})
}

// taken tells whether a path, or a variable beside it, is there.
func taken(ids map[string]string, path string) bool {
	cut := strings.LastIndexByte(path, '/')
	for other := range ids {
		at := strings.LastIndexByte(other, '/')
		if other == path || other != "/" && other[:at] == path[:cut] && other[at+1] == '{' && path[cut+1] == '{' {
			return true
		}
	}
	return false
}

func open(rt *rapid.T, file string) (store.Store, *restapi.Service) {
	records, err := bolt.Open(file, bolt.Options{})
	if err != nil {
		rt.Fatal(err)
	}
	service, err := restapi.New(restapi.Config{Store: records})
	if err != nil {
		rt.Fatal(err)
	}
	return records, service
}

func shut(rt *rapid.T, records store.Store, service *restapi.Service) {
	service.Close()
	if err := records.Close(); err != nil {
		rt.Fatal(err)
	}
}

// check compares all that the service has with the model.
func (m *model) check(rt *rapid.T, service *restapi.Service) {
	ctx := context.Background()
	listed, err := service.GetRestApis(ctx, &apigateway.GetRestApisInput{Limit: aws.Int32(500)})
	if err != nil || len(listed.Items) != len(m.apis) {
		rt.Fatalf("%d APIs, want %d: %v", len(listed.Items), len(m.apis), err)
	}
	for api, paths := range m.apis {
		out, err := service.GetResources(ctx, &apigateway.GetResourcesInput{RestApiId: &api, Limit: aws.Int32(500)})
		if err != nil {
			rt.Fatal(err)
		}
		got := map[string][]string{}
		for _, r := range out.Items {
			got[*r.Path] = slices.Sorted(maps.Keys(r.ResourceMethods))
			if m.ids[api][*r.Path] != *r.Id {
				rt.Fatalf("%s has id %s, want %s", *r.Path, *r.Id, m.ids[api][*r.Path])
			}
		}
		if fmt.Sprint(got) != fmt.Sprint(paths) {
			rt.Fatalf("%s: %v, want %v", api, got, paths)
		}
		stages, err := service.GetStages(ctx, &apigateway.GetStagesInput{RestApiId: &api})
		if err != nil || len(stages.Item) != len(m.stages[api]) {
			rt.Fatalf("stages %v, want %v: %v", stages.Item, m.stages[api], err)
		}
	}
}

// TestNoLostUpdate: many clients that write to one API at a time lose nothing, and readers
// never see half of a change.
func TestNoLostUpdate(t *testing.T) {
	t.Parallel()
	records := memory.New()
	service, err := restapi.New(restapi.Config{Store: records})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { service.Close(); _ = records.Close() })
	ctx := t.Context()
	api, err := service.CreateRestApi(ctx, &apigateway.CreateRestApiInput{Name: aws.String("a")})
	if err != nil {
		t.Fatal(err)
	}
	const clients, each = 8, 20
	var writing, reading sync.WaitGroup
	done := make(chan struct{})
	reading.Go(func() {
		for {
			select {
			case <-done:
				return
			default:
			}
			out, err := service.GetResources(ctx, &apigateway.GetResourcesInput{RestApiId: api.Id, Limit: aws.Int32(500)})
			if err != nil {
				t.Error(err)
				return
			}
			known := map[string]bool{}
			for _, r := range out.Items {
				known[*r.Id] = true
			}
			for _, r := range out.Items {
				if r.ParentId != nil && !known[*r.ParentId] {
					t.Errorf("%s has no parent", *r.Path)
				}
			}
		}
	})
	for client := range clients {
		writing.Go(func() {
			parent := api.RootResourceId
			for i := range each {
				out, err := service.CreateResource(ctx, &apigateway.CreateResourceInput{RestApiId: api.Id, ParentId: parent, PathPart: aws.String(fmt.Sprintf("c%d-%d", client, i))})
				if err != nil {
					t.Error(err)
					return
				}
				if _, err := service.PutMethod(ctx, &apigateway.PutMethodInput{RestApiId: api.Id, ResourceId: api.RootResourceId, HttpMethod: aws.String([]string{"GET", "PUT", "POST", "DELETE", "PATCH", "HEAD", "OPTIONS", "ANY"}[client]), AuthorizationType: aws.String("NONE")}); i == 0 && err != nil {
					t.Error(err)
				}
				if i%3 == 0 {
					parent = out.Id
				}
			}
		})
	}
	writing.Wait()
	close(done)
	reading.Wait()
	out, err := service.GetResources(ctx, &apigateway.GetResourcesInput{RestApiId: api.Id, Limit: aws.Int32(500)})
	if err != nil || len(out.Items) != clients*each+1 {
		t.Errorf("%d resources, want %d: %v", len(out.Items), clients*each+1, err)
	}
	for _, r := range out.Items {
		if *r.Path == "/" && len(r.ResourceMethods) != clients {
			t.Errorf("root has methods %v", slices.Sorted(maps.Keys(r.ResourceMethods)))
		}
	}
}

// BenchmarkManyAPIs: 1,000 APIs of 50 resources each in the store of a file.
func BenchmarkManyAPIs(b *testing.B) {
	const apis, resources = 1000, 50
	ctx := b.Context()
	file := b.TempDir() + "/many.db"
	records, err := bolt.Open(file, bolt.Options{})
	if err != nil {
		b.Fatal(err)
	}
	service, err := restapi.New(restapi.Config{Store: records})
	if err != nil {
		b.Fatal(err)
	}
	document := largeDocument(4 * resources)
	var ids []string
	for range apis {
		out, err := service.ImportRestApi(ctx, &apigateway.ImportRestApiInput{Body: document, Parameters: map[string]string{"ignore": "documentation"}})
		if err != nil {
			b.Fatal(err)
		}
		ids = append(ids, *out.Id)
	}
	b.Run("create a resource", func(b *testing.B) {
		n := 0
		for b.Loop() {
			id := ids[n%apis]
			api, err := service.GetRestApi(ctx, &apigateway.GetRestApiInput{RestApiId: &id})
			if err != nil {
				b.Fatal(err)
			}
			if _, err := service.CreateResource(ctx, &apigateway.CreateResourceInput{RestApiId: &id, ParentId: api.RootResourceId, PathPart: aws.String(fmt.Sprint("n", n))}); err != nil {
				b.Fatal(err)
			}
			n++
		}
	})
	b.Run("GetResources", func(b *testing.B) {
		n := 0
		for b.Loop() {
			if _, err := service.GetResources(ctx, &apigateway.GetResourcesInput{RestApiId: &ids[n%apis], Limit: aws.Int32(25)}); err != nil {
				b.Fatal(err)
			}
			n++
		}
	})
	b.Run("start", func(b *testing.B) {
		for b.Loop() {
			service.Close()
			if err := records.Close(); err != nil {
				b.Fatal(err)
			}
			if records, err = bolt.Open(file, bolt.Options{}); err != nil {
				b.Fatal(err)
			}
			if service, err = restapi.New(restapi.Config{Store: records}); err != nil {
				b.Fatal(err)
			}
		}
	})
	service.Close()
	if err := records.Close(); err != nil {
		b.Fatal(err)
	}
}
