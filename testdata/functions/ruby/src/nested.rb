def nested(event:, context:) = "nested"
