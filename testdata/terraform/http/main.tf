# Every aws_apigatewayv2_* resource of HTTP APIs with most of its arguments.

variable "changed" {
  type    = bool
  default = false
}

variable "certificate_arn" {
  type    = string
  default = "arn:aws:acm:us-east-1:000000000000:certificate/11111111-1111-1111-1111-111111111111"
}

locals {
  text     = var.changed ? "changed" : "first"
  function = "arn:aws:lambda:us-east-1:000000000000:function:pets"
  invoke   = "arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/${local.function}/invocations"
}

resource "aws_apigatewayv2_api" "pets" {
  name                         = "pets-${local.text}"
  protocol_type                = "HTTP"
  description                  = local.text
  version                      = local.text
  disable_execute_api_endpoint = var.changed
  ip_address_type              = var.changed ? "dualstack" : "ipv4"
  tags                         = { team = local.text }

  cors_configuration {
    allow_credentials = var.changed
    allow_headers     = ["authorization", "x-${local.text}"]
    allow_methods     = ["GET", "POST"]
    allow_origins     = ["https://${local.text}.example"]
    expose_headers    = ["x-trace"]
    max_age           = var.changed ? 0 : 300
  }
}

resource "aws_apigatewayv2_api" "quick" {
  name          = "quick"
  protocol_type = "HTTP"
  target        = local.function
  route_key     = "GET /quick"
}

resource "aws_apigatewayv2_api" "bare" {
  name          = "bare"
  protocol_type = "HTTP"
}

resource "aws_apigatewayv2_api" "imported" {
  name          = "imported"
  version       = "1"
  protocol_type = "HTTP"
  body = jsonencode({
    openapi = "3.0.1"
    info    = { title = "imported", version = "1" }
    paths = {
      "/pets" = {
        get = {
          x-amazon-apigateway-integration = {
            type                 = "HTTP_PROXY"
            httpMethod           = "GET"
            payloadFormatVersion = "1.0"
            uri                  = "https://${local.text}.example/pets"
          }
        }
      }
    }
  })
}

resource "aws_apigatewayv2_vpc_link" "link" {
  name               = "link-${local.text}"
  security_group_ids = ["sg-0123456789abcdef0"]
  subnet_ids         = ["subnet-0123456789abcdef0", "subnet-0123456789abcdef1"]
  tags               = { team = local.text }
}

resource "aws_apigatewayv2_authorizer" "jwt" {
  api_id           = aws_apigatewayv2_api.pets.id
  name             = "jwt-${local.text}"
  authorizer_type  = "JWT"
  identity_sources = ["$request.header.Authorization"]

  jwt_configuration {
    audience = var.changed ? ["a", "b"] : ["a"]
    issuer   = "https://${local.text}.example"
  }
}

resource "aws_apigatewayv2_authorizer" "request" {
  api_id                            = aws_apigatewayv2_api.pets.id
  name                              = "request"
  authorizer_type                   = "REQUEST"
  authorizer_uri                    = local.invoke
  authorizer_credentials_arn        = "arn:aws:iam::000000000000:role/${local.text}"
  authorizer_payload_format_version = "2.0"
  authorizer_result_ttl_in_seconds  = var.changed ? 0 : 60
  enable_simple_responses           = var.changed
  identity_sources                  = ["$request.header.${local.text}"]
}

resource "aws_apigatewayv2_authorizer" "old" {
  api_id                            = aws_apigatewayv2_api.pets.id
  name                              = "old"
  authorizer_type                   = "REQUEST"
  authorizer_uri                    = local.invoke
  authorizer_payload_format_version = "1.0"
}

resource "aws_apigatewayv2_integration" "function" {
  api_id                 = aws_apigatewayv2_api.pets.id
  integration_type       = "AWS_PROXY"
  integration_method     = "POST"
  integration_uri        = local.invoke
  description            = local.text
  payload_format_version = var.changed ? "1.0" : "2.0"
  timeout_milliseconds   = var.changed ? 1000 : 30000
  credentials_arn        = "arn:aws:iam::000000000000:role/${local.text}"
}

resource "aws_apigatewayv2_integration" "proxy" {
  api_id             = aws_apigatewayv2_api.pets.id
  integration_type   = "HTTP_PROXY"
  integration_method = "ANY"
  integration_uri    = "https://${local.text}.example/{proxy}"

  request_parameters = var.changed ? { "append:header.a" = "$request.header.b" } : {
    "overwrite:path"       = "$request.path"
    "remove:querystring.q" = "''"
  }

  response_parameters {
    status_code = 200
    mappings    = { "append:header.a" = "$context.requestId" }
  }

  dynamic "response_parameters" {
    for_each = var.changed ? ["500"] : ["400", "500"]
    content {
      status_code = response_parameters.value
      mappings    = { "overwrite:statuscode" = "403" }
    }
  }
}

resource "aws_apigatewayv2_integration" "private" {
  api_id             = aws_apigatewayv2_api.pets.id
  integration_type   = "HTTP_PROXY"
  integration_method = "GET"
  integration_uri    = "arn:aws:elasticloadbalancing:us-east-1:000000000000:listener/app/pets/0123456789abcdef/0123456789abcdef"
  connection_type    = "VPC_LINK"
  connection_id      = aws_apigatewayv2_vpc_link.link.id

  tls_config {
    server_name_to_verify = "${local.text}.example"
  }
}

resource "aws_apigatewayv2_integration" "queue" {
  api_id              = aws_apigatewayv2_api.pets.id
  integration_type    = "AWS_PROXY"
  integration_subtype = "SQS-SendMessage"
  credentials_arn     = "arn:aws:iam::000000000000:role/queue"

  request_parameters = {
    QueueUrl    = "$request.header.queue"
    MessageBody = "$request.body.${local.text}"
  }
}

resource "aws_apigatewayv2_route" "get" {
  api_id               = aws_apigatewayv2_api.pets.id
  route_key            = var.changed ? "GET /animals/{id}" : "GET /pets/{id}"
  target               = "integrations/${aws_apigatewayv2_integration.function.id}"
  authorization_type   = "JWT"
  authorizer_id        = aws_apigatewayv2_authorizer.jwt.id
  authorization_scopes = var.changed ? ["a", "b"] : ["a"]
  operation_name       = local.text
}

resource "aws_apigatewayv2_route" "default" {
  api_id             = aws_apigatewayv2_api.pets.id
  route_key          = "$default"
  target             = "integrations/${var.changed ? aws_apigatewayv2_integration.proxy.id : aws_apigatewayv2_integration.private.id}"
  authorization_type = var.changed ? "NONE" : "AWS_IAM"
}

resource "aws_apigatewayv2_route" "guarded" {
  api_id             = aws_apigatewayv2_api.pets.id
  route_key          = "ANY /guarded/{proxy+}"
  target             = "integrations/${aws_apigatewayv2_integration.proxy.id}"
  authorization_type = "CUSTOM"
  authorizer_id      = var.changed ? aws_apigatewayv2_authorizer.old.id : aws_apigatewayv2_authorizer.request.id
}

resource "aws_apigatewayv2_deployment" "pets" {
  api_id      = aws_apigatewayv2_api.pets.id
  description = local.text
  triggers    = { text = local.text }

  lifecycle {
    create_before_destroy = true
  }

  depends_on = [aws_apigatewayv2_route.get, aws_apigatewayv2_route.default, aws_apigatewayv2_route.guarded]
}

resource "aws_apigatewayv2_stage" "prod" {
  api_id          = aws_apigatewayv2_api.pets.id
  name            = "prod"
  deployment_id   = aws_apigatewayv2_deployment.pets.id
  description     = local.text
  stage_variables = var.changed ? { a = "2" } : { a = "1", b = "2" }
  tags            = { team = local.text }

  access_log_settings {
    destination_arn = "arn:aws:logs:us-east-1:000000000000:log-group:access-${local.text}"
    format          = "$context.requestId ${local.text}"
  }

  default_route_settings {
    detailed_metrics_enabled = var.changed
    throttling_burst_limit   = var.changed ? 20 : 10
    throttling_rate_limit    = var.changed ? 20.5 : 10
  }

  route_settings {
    route_key                = aws_apigatewayv2_route.get.route_key
    detailed_metrics_enabled = true
    throttling_burst_limit   = 1
    throttling_rate_limit    = 2
  }
}

resource "aws_apigatewayv2_stage" "default" {
  api_id      = aws_apigatewayv2_api.pets.id
  name        = "$default"
  auto_deploy = true

  dynamic "access_log_settings" {
    for_each = var.changed ? [] : [1]
    content {
      destination_arn = "arn:aws:logs:us-east-1:000000000000:log-group:access"
      format          = "$context.requestId"
    }
  }
}

resource "aws_apigatewayv2_domain_name" "pets" {
  domain_name = "http.example.test"
  tags        = { team = local.text }

  domain_name_configuration {
    certificate_arn = var.certificate_arn
    endpoint_type   = "REGIONAL"
    security_policy = "TLS_1_2"
  }
}

resource "aws_apigatewayv2_domain_name" "rules" {
  domain_name  = "rules.example.test"
  routing_mode = var.changed ? "ROUTING_RULE_THEN_API_MAPPING" : "ROUTING_RULE_ONLY"

  domain_name_configuration {
    certificate_arn = var.certificate_arn
    endpoint_type   = "REGIONAL"
    security_policy = "TLS_1_2"
    ip_address_type = var.changed ? "dualstack" : "ipv4"
  }
}

resource "aws_apigatewayv2_api_mapping" "root" {
  api_id      = aws_apigatewayv2_api.pets.id
  domain_name = aws_apigatewayv2_domain_name.pets.id
  stage       = var.changed ? aws_apigatewayv2_stage.default.id : aws_apigatewayv2_stage.prod.id
}

resource "aws_apigatewayv2_api_mapping" "deep" {
  api_id          = aws_apigatewayv2_api.pets.id
  domain_name     = aws_apigatewayv2_domain_name.pets.id
  stage           = aws_apigatewayv2_stage.prod.id
  api_mapping_key = "v1/${local.text}"
}

# Routing rules invoke REST APIs only.
resource "aws_api_gateway_rest_api" "ruled" {
  name = "ruled"
}

resource "aws_api_gateway_method" "ruled" {
  rest_api_id   = aws_api_gateway_rest_api.ruled.id
  resource_id   = aws_api_gateway_rest_api.ruled.root_resource_id
  http_method   = "GET"
  authorization = "NONE"
}

resource "aws_api_gateway_integration" "ruled" {
  rest_api_id = aws_api_gateway_rest_api.ruled.id
  resource_id = aws_api_gateway_rest_api.ruled.root_resource_id
  http_method = aws_api_gateway_method.ruled.http_method
  type        = "MOCK"
}

resource "aws_api_gateway_deployment" "ruled" {
  rest_api_id = aws_api_gateway_rest_api.ruled.id
  depends_on  = [aws_api_gateway_integration.ruled]
}

resource "aws_api_gateway_stage" "ruled" {
  rest_api_id   = aws_api_gateway_rest_api.ruled.id
  deployment_id = aws_api_gateway_deployment.ruled.id
  stage_name    = "prod"
}

resource "aws_apigatewayv2_routing_rule" "pets" {
  domain_name = aws_apigatewayv2_domain_name.rules.domain_name
  priority    = var.changed ? 20 : 10

  condition {
    match_base_paths {
      any_of = [local.text]
    }
  }

  condition {
    match_headers {
      any_of {
        header     = "x-version"
        value_glob = var.changed ? "2*" : "1*"
      }
    }
  }

  action {
    invoke_api {
      api_id          = aws_api_gateway_rest_api.ruled.id
      stage           = aws_api_gateway_stage.ruled.stage_name
      strip_base_path = var.changed
    }
  }
}

data "aws_apigatewayv2_api" "pets" {
  api_id = aws_apigatewayv2_api.pets.id
}

data "aws_apigatewayv2_apis" "http" {
  protocol_type = "HTTP"
  depends_on    = [aws_apigatewayv2_api.pets]
}

data "aws_apigatewayv2_vpc_link" "link" {
  vpc_link_id = aws_apigatewayv2_vpc_link.link.id
}

data "aws_apigatewayv2_export" "pets" {
  api_id        = aws_apigatewayv2_route.get.api_id
  specification = "OAS30"
  output_type   = "JSON"
}

output "api_endpoint" {
  value = aws_apigatewayv2_api.pets.api_endpoint
}
