# Every aws_api_gateway_* resource with most of its arguments, on Stagedoor. `changed`
# makes an update of whatever can be updated in place.

variable "changed" {
  type    = bool
  default = false
}

variable "certificate_arn" {
  type    = string
  default = "arn:aws:acm:us-east-1:000000000000:certificate/11111111-1111-1111-1111-111111111111"
}

locals {
  text = var.changed ? "changed" : "first"
}

data "aws_caller_identity" "me" {}

data "aws_region" "here" {}

resource "aws_api_gateway_rest_api" "pets" {
  name                         = "pets-${local.text}"
  description                  = "The ${local.text} description"
  api_key_source               = "HEADER"
  binary_media_types           = var.changed ? ["image/png", "application/octet-stream"] : ["image/png"]
  minimum_compression_size     = var.changed ? 2048 : 1024
  disable_execute_api_endpoint = false

  endpoint_configuration {
    types = ["REGIONAL"]
  }

  tags = {
    team = local.text
  }
}

resource "aws_api_gateway_rest_api" "imported" {
  name = "imported"
  body = jsonencode({
    openapi = "3.0.1"
    info    = { title = "imported", version = local.text }
    paths = {
      "/pets" = {
        get = {
          responses = { "200" = { description = "pets" } }
          x-amazon-apigateway-integration = {
            type                = "HTTP_PROXY"
            httpMethod          = "GET"
            uri                 = "https://${local.text}.example/pets"
            passthroughBehavior = "when_no_match"
          }
        }
      }
    }
  })

  endpoint_configuration {
    types = ["REGIONAL"]
  }
}

resource "aws_api_gateway_rest_api_put" "imported" {
  rest_api_id = aws_api_gateway_rest_api.put.id
  body = jsonencode({
    swagger = "2.0"
    info    = { title = "put", version = "1" }
    schemes = ["https"]
    paths = {
      "/put" = {
        get = {
          responses                       = { "200" = { description = "ok" } }
          x-amazon-apigateway-integration = { type = "MOCK", requestTemplates = { "application/json" = "{\"statusCode\": 200}" } }
        }
      }
    }
  })
  fail_on_warnings = true
}

resource "aws_api_gateway_rest_api" "put" {
  name = "put"

  lifecycle {
    ignore_changes = [description]
  }
}

resource "aws_api_gateway_rest_api_policy" "pets" {
  rest_api_id = aws_api_gateway_rest_api.pets.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Effect    = "Allow"
        Principal = "*"
        Action    = "execute-api:Invoke"
        Resource  = "${aws_api_gateway_rest_api.pets.execution_arn}/*"
      },
      {
        Effect    = "Deny"
        Principal = "*"
        Action    = "execute-api:Invoke"
        Resource  = "${aws_api_gateway_rest_api.pets.execution_arn}/*"
        Condition = { IpAddress = { "aws:SourceIp" = var.changed ? ["203.0.113.0/24", "198.51.100.7/32"] : ["203.0.113.0/24"] } }
      },
    ]
  })
}

resource "aws_api_gateway_resource" "pets" {
  rest_api_id = aws_api_gateway_rest_api.pets.id
  parent_id   = aws_api_gateway_rest_api.pets.root_resource_id
  path_part   = "pets"
}

resource "aws_api_gateway_resource" "pet" {
  rest_api_id = aws_api_gateway_rest_api.pets.id
  parent_id   = aws_api_gateway_resource.pets.id
  path_part   = "{id}"
}

# Another resource changes its name: the path of one below it would be stale in the same apply.
resource "aws_api_gateway_resource" "renamed" {
  rest_api_id = aws_api_gateway_rest_api.pets.id
  parent_id   = aws_api_gateway_rest_api.pets.root_resource_id
  path_part   = local.text
}

resource "aws_api_gateway_model" "pet" {
  rest_api_id  = aws_api_gateway_rest_api.pets.id
  name         = "Pet"
  description  = local.text
  content_type = "application/json"
  schema = jsonencode({
    "$schema"  = "http://json-schema.org/draft-04/schema#"
    title      = local.text
    type       = "object"
    required   = ["name"]
    properties = { name = { type = "string" } }
  })
}

resource "aws_api_gateway_request_validator" "all" {
  rest_api_id                 = aws_api_gateway_rest_api.pets.id
  name                        = "all-${local.text}"
  validate_request_body       = true
  validate_request_parameters = var.changed
}

resource "aws_api_gateway_authorizer" "token" {
  rest_api_id                      = aws_api_gateway_rest_api.pets.id
  name                             = "token-${local.text}"
  type                             = "TOKEN"
  authorizer_uri                   = "arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/arn:aws:lambda:us-east-1:000000000000:function:authorizer/invocations"
  authorizer_credentials           = "arn:aws:iam::000000000000:role/authorizer"
  authorizer_result_ttl_in_seconds = var.changed ? 0 : 60
  identity_source                  = "method.request.header.Authorization"
  identity_validation_expression   = "^Bearer .*$"
}

resource "aws_api_gateway_authorizer" "request" {
  rest_api_id     = aws_api_gateway_rest_api.pets.id
  name            = "request"
  type            = "REQUEST"
  authorizer_uri  = "arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/arn:aws:lambda:us-east-1:000000000000:function:authorizer/invocations"
  identity_source = var.changed ? "method.request.header.A,context.identity.sourceIp" : "method.request.header.A"
}

resource "aws_api_gateway_authorizer" "pool" {
  rest_api_id = aws_api_gateway_rest_api.pets.id
  name        = "pool"
  type        = "COGNITO_USER_POOLS"
  provider_arns = concat(["arn:aws:cognito-idp:us-east-1:000000000000:userpool/us-east-1_AAAAAAAAA"],
  var.changed ? ["arn:aws:cognito-idp:us-east-1:000000000000:userpool/us-east-1_BBBBBBBBB"] : [])
}

resource "aws_api_gateway_method" "get" {
  rest_api_id          = aws_api_gateway_rest_api.pets.id
  resource_id          = aws_api_gateway_resource.pet.id
  http_method          = "GET"
  authorization        = "CUSTOM"
  authorizer_id        = aws_api_gateway_authorizer.token.id
  api_key_required     = var.changed
  operation_name       = "Get${title(local.text)}"
  request_validator_id = aws_api_gateway_request_validator.all.id
  request_models       = { "application/json" = aws_api_gateway_model.pet.name }
  request_parameters = {
    "method.request.path.id"             = true
    "method.request.querystring.verbose" = var.changed
    "method.request.header.X-Trace"      = false
  }
}

resource "aws_api_gateway_method" "scoped" {
  rest_api_id          = aws_api_gateway_rest_api.pets.id
  resource_id          = aws_api_gateway_resource.pet.id
  http_method          = "PUT"
  authorization        = "COGNITO_USER_POOLS"
  authorizer_id        = aws_api_gateway_authorizer.pool.id
  authorization_scopes = var.changed ? ["pets/read", "pets/write"] : ["pets/read"]
}

resource "aws_api_gateway_method" "open" {
  rest_api_id   = aws_api_gateway_rest_api.pets.id
  resource_id   = aws_api_gateway_resource.pets.id
  http_method   = "ANY"
  authorization = "NONE"
}

resource "aws_api_gateway_method_response" "ok" {
  rest_api_id         = aws_api_gateway_rest_api.pets.id
  resource_id         = aws_api_gateway_resource.pet.id
  http_method         = aws_api_gateway_method.get.http_method
  status_code         = "200"
  response_models     = { "application/json" = var.changed ? aws_api_gateway_model.pet.name : "Empty" }
  response_parameters = { "method.response.header.X-Pet" = true, "method.response.header.X-Kind" = var.changed }
}

resource "aws_api_gateway_method_response" "missing" {
  rest_api_id = aws_api_gateway_rest_api.pets.id
  resource_id = aws_api_gateway_resource.pet.id
  http_method = aws_api_gateway_method.get.http_method
  status_code = "404"
}

resource "aws_api_gateway_vpc_link" "link" {
  name        = "link-${local.text}"
  description = local.text
  target_arns = ["arn:aws:elasticloadbalancing:us-east-1:000000000000:loadbalancer/net/pets/0123456789abcdef"]
  tags        = { team = local.text }
}

resource "aws_api_gateway_integration" "get" {
  rest_api_id             = aws_api_gateway_rest_api.pets.id
  resource_id             = aws_api_gateway_resource.pet.id
  http_method             = aws_api_gateway_method.get.http_method
  type                    = "HTTP"
  integration_http_method = "POST"
  uri                     = "https://example.com/{id}/${local.text}"
  passthrough_behavior    = "WHEN_NO_TEMPLATES"
  timeout_milliseconds    = var.changed ? 1000 : 29000
  content_handling        = "CONVERT_TO_TEXT"
  cache_key_parameters    = ["method.request.path.id"]
  cache_namespace         = local.text
  request_parameters = {
    "integration.request.path.id"         = "method.request.path.id"
    "integration.request.header.X-Static" = "'${local.text}'"
  }
  request_templates = {
    "application/json" = "{\"text\": \"${local.text}\"}"
    "application/xml"  = var.changed ? "<a/>" : "#set($a = $input.path('$.a'))\n<b/>"
  }

  tls_config {
    insecure_skip_verification = var.changed
  }
}

resource "aws_api_gateway_integration" "scoped" {
  rest_api_id             = aws_api_gateway_rest_api.pets.id
  resource_id             = aws_api_gateway_resource.pet.id
  http_method             = aws_api_gateway_method.scoped.http_method
  type                    = "HTTP_PROXY"
  integration_http_method = "ANY"
  uri                     = "http://example.com/{proxy}"
  connection_type         = "VPC_LINK"
  connection_id           = aws_api_gateway_vpc_link.link.id
}

resource "aws_api_gateway_integration" "open" {
  rest_api_id             = aws_api_gateway_rest_api.pets.id
  resource_id             = aws_api_gateway_resource.pets.id
  http_method             = aws_api_gateway_method.open.http_method
  type                    = "AWS_PROXY"
  integration_http_method = "POST"
  uri                     = "arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/arn:aws:lambda:us-east-1:000000000000:function:pets-${local.text}/invocations"
  credentials             = "arn:aws:iam::000000000000:role/pets"
  response_transfer_mode  = var.changed ? "STREAM" : "BUFFERED"
}

resource "aws_api_gateway_integration_response" "ok" {
  rest_api_id         = aws_api_gateway_rest_api.pets.id
  resource_id         = aws_api_gateway_resource.pet.id
  http_method         = aws_api_gateway_integration.get.http_method
  status_code         = aws_api_gateway_method_response.ok.status_code
  content_handling    = var.changed ? "CONVERT_TO_BINARY" : "CONVERT_TO_TEXT"
  response_templates  = { "application/json" = var.changed ? "" : "$input.json('$')", "text/plain" = local.text }
  response_parameters = { "method.response.header.X-Pet" = var.changed ? "'b'" : "integration.response.header.X-Pet" }
}

resource "aws_api_gateway_integration_response" "missing" {
  rest_api_id       = aws_api_gateway_rest_api.pets.id
  resource_id       = aws_api_gateway_resource.pet.id
  http_method       = aws_api_gateway_integration.get.http_method
  status_code       = aws_api_gateway_method_response.missing.status_code
  selection_pattern = var.changed ? "40.*" : "404"
}

resource "aws_api_gateway_gateway_response" "denied" {
  rest_api_id         = aws_api_gateway_rest_api.pets.id
  response_type       = "UNAUTHORIZED"
  status_code         = var.changed ? "403" : "401"
  response_templates  = { "application/json" = "{\"message\": $context.error.messageString, \"text\": \"${local.text}\"}" }
  response_parameters = { "gatewayresponse.header.Authorization" = "'${local.text}'" }
}

resource "aws_api_gateway_documentation_part" "pet" {
  rest_api_id = aws_api_gateway_rest_api.pets.id
  properties  = jsonencode({ description = local.text })

  location {
    type   = "METHOD"
    method = "GET"
    path   = "/pets/{id}"
  }
}

resource "aws_api_gateway_documentation_version" "one" {
  rest_api_id = aws_api_gateway_rest_api.pets.id
  version     = "1"
  description = local.text
  depends_on  = [aws_api_gateway_documentation_part.pet]
}

resource "aws_api_gateway_deployment" "pets" {
  rest_api_id = aws_api_gateway_rest_api.pets.id
  description = local.text
  triggers    = { text = local.text }
  variables   = { a = "1" }

  lifecycle {
    create_before_destroy = true
  }

  depends_on = [
    aws_api_gateway_integration.get, aws_api_gateway_integration.scoped, aws_api_gateway_integration.open,
    aws_api_gateway_integration_response.ok, aws_api_gateway_integration_response.missing,
  ]
}

resource "aws_api_gateway_client_certificate" "one" {
  description = local.text
  tags        = { team = local.text }
}

resource "aws_api_gateway_account" "here" {
  cloudwatch_role_arn = "arn:aws:iam::000000000000:role/${local.text}"
}

resource "aws_api_gateway_stage" "prod" {
  rest_api_id           = aws_api_gateway_rest_api.pets.id
  deployment_id         = aws_api_gateway_deployment.pets.id
  stage_name            = "prod"
  description           = local.text
  cache_cluster_enabled = true
  cache_cluster_size    = var.changed ? "1.6" : "0.5"
  client_certificate_id = aws_api_gateway_client_certificate.one.id
  documentation_version = aws_api_gateway_documentation_version.one.version
  variables             = var.changed ? { a = "2", c = "3" } : { a = "1", b = "2" }
  xray_tracing_enabled  = var.changed
  tags                  = { team = local.text }

  access_log_settings {
    destination_arn = "arn:aws:logs:us-east-1:000000000000:log-group:access-${local.text}"
    format          = "$context.requestId ${local.text}"
  }

  canary_settings {
    deployment_id            = aws_api_gateway_deployment.pets.id
    percent_traffic          = var.changed ? 20.5 : 10
    stage_variable_overrides = { a = local.text }
    use_stage_cache          = var.changed
  }

  depends_on = [aws_api_gateway_account.here]
}

resource "aws_api_gateway_stage" "plain" {
  rest_api_id   = aws_api_gateway_rest_api.pets.id
  deployment_id = aws_api_gateway_deployment.pets.id
  stage_name    = "plain"
}

resource "aws_api_gateway_method_settings" "all" {
  rest_api_id = aws_api_gateway_rest_api.pets.id
  stage_name  = aws_api_gateway_stage.prod.stage_name
  method_path = "*/*"

  settings {
    metrics_enabled                            = true
    logging_level                              = var.changed ? "ERROR" : "INFO"
    data_trace_enabled                         = var.changed
    throttling_burst_limit                     = var.changed ? 20 : 10
    throttling_rate_limit                      = var.changed ? 30.5 : 20
    caching_enabled                            = true
    cache_ttl_in_seconds                       = var.changed ? 20 : 10
    cache_data_encrypted                       = var.changed
    require_authorization_for_cache_control    = !var.changed
    unauthorized_cache_control_header_strategy = var.changed ? "FAIL_WITH_403" : "SUCCEED_WITHOUT_RESPONSE_HEADER"
  }
}

resource "aws_api_gateway_method_settings" "get" {
  rest_api_id = aws_api_gateway_rest_api.pets.id
  stage_name  = aws_api_gateway_stage.prod.stage_name
  method_path = "${trimprefix(aws_api_gateway_resource.pet.path, "/")}/GET"

  settings {
    logging_level        = "OFF"
    cache_ttl_in_seconds = var.changed ? 60 : 3600
  }
}

resource "aws_api_gateway_api_key" "one" {
  name        = "one-${local.text}"
  description = local.text
  enabled     = !var.changed
  customer_id = local.text
  value       = "a-value-of-twenty-characters"
  tags        = { team = local.text }
}

resource "aws_api_gateway_api_key" "generated" {
  name = "generated"
}

resource "aws_api_gateway_usage_plan" "gold" {
  name         = "gold-${local.text}"
  description  = local.text
  product_code = local.text
  tags         = { team = local.text }

  api_stages {
    api_id = aws_api_gateway_rest_api.pets.id
    stage  = aws_api_gateway_stage.prod.stage_name

    throttle {
      path        = "${aws_api_gateway_resource.pet.path}/GET"
      burst_limit = var.changed ? 6 : 5
      rate_limit  = var.changed ? 7.5 : 5
    }
  }

  dynamic "api_stages" {
    for_each = var.changed ? [aws_api_gateway_stage.plain.stage_name] : []
    content {
      api_id = aws_api_gateway_rest_api.pets.id
      stage  = api_stages.value
    }
  }

  quota_settings {
    limit  = var.changed ? 200 : 100
    offset = var.changed ? 0 : 2
    period = var.changed ? "DAY" : "WEEK"
  }

  throttle_settings {
    burst_limit = var.changed ? 20 : 10
    rate_limit  = var.changed ? 2.5 : 2
  }
}

resource "aws_api_gateway_usage_plan" "bare" {
  name = "bare"

  dynamic "quota_settings" {
    for_each = var.changed ? [] : [1]
    content {
      limit  = 20
      period = "MONTH"
    }
  }
}

resource "aws_api_gateway_usage_plan_key" "one" {
  key_id        = aws_api_gateway_api_key.one.id
  key_type      = "API_KEY"
  usage_plan_id = aws_api_gateway_usage_plan.gold.id
}

resource "aws_api_gateway_domain_name" "regional" {
  domain_name              = "api.example.test"
  regional_certificate_arn = var.certificate_arn
  security_policy          = "TLS_1_2"
  tags                     = { team = local.text }

  endpoint_configuration {
    types = ["REGIONAL"]
  }
}

resource "aws_api_gateway_domain_name" "edge" {
  domain_name     = "edge.example.test"
  certificate_arn = var.certificate_arn
}

resource "aws_api_gateway_domain_name" "private" {
  domain_name     = "private.example.test"
  certificate_arn = var.certificate_arn
  policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Principal = "*", Action = "execute-api:Invoke", Resource = "*" }]
  })

  endpoint_configuration {
    types = ["PRIVATE"]
  }
}

resource "aws_api_gateway_domain_name_access_association" "private" {
  access_association_source      = "vpce-0123456789abcdef0"
  access_association_source_type = "VPCE"
  domain_name_arn                = aws_api_gateway_domain_name.private.arn
  tags                           = { team = local.text }
}

resource "aws_api_gateway_base_path_mapping" "pets" {
  api_id      = aws_api_gateway_rest_api.pets.id
  stage_name  = var.changed ? aws_api_gateway_stage.plain.stage_name : aws_api_gateway_stage.prod.stage_name
  domain_name = aws_api_gateway_domain_name.regional.domain_name
  base_path   = local.text
}

resource "aws_api_gateway_base_path_mapping" "root" {
  api_id      = aws_api_gateway_rest_api.pets.id
  domain_name = aws_api_gateway_domain_name.edge.domain_name
}

data "aws_api_gateway_rest_api" "pets" {
  name = aws_api_gateway_rest_api.pets.name
}

data "aws_api_gateway_resource" "pet" {
  rest_api_id = aws_api_gateway_rest_api.pets.id
  path        = aws_api_gateway_resource.pet.path
}

data "aws_api_gateway_api_key" "one" {
  id = aws_api_gateway_api_key.one.id
}

data "aws_api_gateway_authorizers" "all" {
  rest_api_id = aws_api_gateway_rest_api.pets.id
  depends_on  = [aws_api_gateway_authorizer.pool]
}

data "aws_api_gateway_authorizer" "token" {
  rest_api_id   = aws_api_gateway_rest_api.pets.id
  authorizer_id = aws_api_gateway_authorizer.token.id
}

data "aws_api_gateway_domain_name" "regional" {
  domain_name = aws_api_gateway_domain_name.regional.domain_name
}

data "aws_api_gateway_vpc_link" "link" {
  name = aws_api_gateway_vpc_link.link.name
}

data "aws_api_gateway_export" "pets" {
  rest_api_id = aws_api_gateway_rest_api.pets.id
  stage_name  = aws_api_gateway_stage.prod.stage_name
  export_type = "oas30"
}

data "aws_api_gateway_sdk" "pets" {
  rest_api_id = aws_api_gateway_rest_api.pets.id
  stage_name  = aws_api_gateway_stage.prod.stage_name
  sdk_type    = "javascript"
}

output "invoke_url" {
  value = aws_api_gateway_stage.prod.invoke_url
}
