# Every aws_apigatewayv2_* resource of WebSocket APIs.

variable "changed" {
  type    = bool
  default = false
}

locals {
  text   = var.changed ? "changed" : "first"
  invoke = "arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/arn:aws:lambda:us-east-1:000000000000:function:chat/invocations"
}

resource "aws_apigatewayv2_api" "chat" {
  name                         = "chat-${local.text}"
  protocol_type                = "WEBSOCKET"
  description                  = local.text
  route_selection_expression   = "$request.body.${local.text}"
  api_key_selection_expression = var.changed ? "$context.authorizer.usageIdentifierKey" : "$request.header.x-api-key"
  tags                         = { team = local.text }
}

resource "aws_apigatewayv2_model" "message" {
  api_id       = aws_apigatewayv2_api.chat.id
  name         = "Message"
  description  = local.text
  content_type = "application/json"
  schema = jsonencode({
    "$schema" = "http://json-schema.org/draft-04/schema#"
    title     = local.text
    type      = "object"
  })
}

resource "aws_apigatewayv2_authorizer" "connect" {
  api_id                     = aws_apigatewayv2_api.chat.id
  name                       = "connect-${local.text}"
  authorizer_type            = "REQUEST"
  authorizer_uri             = local.invoke
  authorizer_credentials_arn = "arn:aws:iam::000000000000:role/${local.text}"
  identity_sources           = ["route.request.header.${local.text}"]
}

resource "aws_apigatewayv2_integration" "function" {
  api_id                    = aws_apigatewayv2_api.chat.id
  integration_type          = "AWS"
  connection_type           = "INTERNET"
  content_handling_strategy = var.changed ? "CONVERT_TO_BINARY" : "CONVERT_TO_TEXT"
  description               = local.text
  integration_method        = "POST"
  integration_uri           = local.invoke
  passthrough_behavior      = var.changed ? "NEVER" : "WHEN_NO_MATCH"
  timeout_milliseconds      = var.changed ? 1000 : 29000
  request_templates         = { "$default" = "{\"text\": \"${local.text}\"}" }

  template_selection_expression = "$request.body.kind"
}

resource "aws_apigatewayv2_integration" "mock" {
  api_id           = aws_apigatewayv2_api.chat.id
  integration_type = "MOCK"
}

resource "aws_apigatewayv2_integration_response" "default" {
  api_id                        = aws_apigatewayv2_api.chat.id
  integration_id                = aws_apigatewayv2_integration.function.id
  integration_response_key      = var.changed ? "$default" : "/200/"
  content_handling_strategy     = var.changed ? "CONVERT_TO_BINARY" : "CONVERT_TO_TEXT"
  template_selection_expression = "$integration.response.body.${local.text}"
  response_templates            = { (local.text) = "#set($a = 1)" }
}

resource "aws_apigatewayv2_route" "connect" {
  api_id             = aws_apigatewayv2_api.chat.id
  route_key          = "$connect"
  target             = "integrations/${aws_apigatewayv2_integration.function.id}"
  api_key_required   = var.changed
  authorization_type = "CUSTOM"
  authorizer_id      = aws_apigatewayv2_authorizer.connect.id
  operation_name     = local.text

  request_parameter {
    request_parameter_key = "route.request.header.authorization"
    required              = var.changed
  }

  request_parameter {
    request_parameter_key = "route.request.querystring.${local.text}"
    required              = true
  }
}

resource "aws_apigatewayv2_route" "send" {
  api_id                              = aws_apigatewayv2_api.chat.id
  route_key                           = "send-${local.text}"
  target                              = "integrations/${aws_apigatewayv2_integration.mock.id}"
  model_selection_expression          = "action"
  request_models                      = { action = aws_apigatewayv2_model.message.name }
  route_response_selection_expression = "$default"
}

resource "aws_apigatewayv2_route_response" "send" {
  api_id                     = aws_apigatewayv2_api.chat.id
  route_id                   = aws_apigatewayv2_route.send.id
  route_response_key         = "$default"
  model_selection_expression = "action"
  response_models            = { action = aws_apigatewayv2_model.message.name }
}

resource "aws_apigatewayv2_deployment" "chat" {
  api_id      = aws_apigatewayv2_api.chat.id
  description = local.text
  depends_on  = [aws_apigatewayv2_route.connect, aws_apigatewayv2_route.send]
}

resource "aws_api_gateway_account" "here" {
  cloudwatch_role_arn = "arn:aws:iam::000000000000:role/logs"
}

resource "aws_apigatewayv2_stage" "prod" {
  api_id          = aws_apigatewayv2_api.chat.id
  name            = "prod"
  deployment_id   = aws_apigatewayv2_deployment.chat.id
  stage_variables = { text = local.text }

  default_route_settings {
    data_trace_enabled       = var.changed
    detailed_metrics_enabled = var.changed
    logging_level            = var.changed ? "INFO" : "ERROR"
    throttling_burst_limit   = 10
    throttling_rate_limit    = 20
  }

  route_settings {
    route_key              = "$connect"
    data_trace_enabled     = !var.changed
    logging_level          = var.changed ? "OFF" : "INFO"
    throttling_burst_limit = 1
    throttling_rate_limit  = 2
  }

  depends_on = [aws_api_gateway_account.here]
}

output "invoke_url" {
  value = aws_apigatewayv2_stage.prod.invoke_url
}
