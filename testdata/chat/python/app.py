"""The functions of the chat: one handler for each route."""

import json
import os
import urllib.parse

import boto3

TABLE = os.environ["TABLE"]


def path(*parts):
    return os.path.join(TABLE, *(urllib.parse.quote(part, safe="") for part in parts))


def members(room):
    """Yields (connection id, name) of everybody in a room."""
    try:
        files = sorted(os.listdir(path(room)))
    except FileNotFoundError:
        return
    for file in files:
        try:
            with open(os.path.join(path(room), file), encoding="utf-8") as f:
                yield urllib.parse.unquote(file), f.read()
        except FileNotFoundError:
            pass  # just left


def remove(room, connection_id):
    try:
        os.remove(path(room, connection_id))
        return True
    except FileNotFoundError:
        return False


def post(event, room, message):
    """Sends a message to everybody in a room."""
    context = event["requestContext"]
    endpoint = f"https://{context['domainName']}/{context['stage']}"
    client = boto3.client("apigatewaymanagementapi", endpoint_url=endpoint)
    for connection_id, _ in members(room):
        try:
            client.post_to_connection(ConnectionId=connection_id, Data=json.dumps(message).encode())
        except client.exceptions.GoneException:
            remove(room, connection_id)


def connect(event, _):
    if (event.get("queryStringParameters") or {}).get("token") != "please":
        return {"statusCode": 401, "body": "say please"}
    return {"statusCode": 200}


def disconnect(event, _):
    connection_id = event["requestContext"]["connectionId"]
    for room in os.listdir(TABLE):
        room = urllib.parse.unquote(room)
        name = dict(members(room)).get(connection_id)
        if remove(room, connection_id):
            post(event, room, {"info": f"{name} left"})
    return {"statusCode": 200}


def join(event, _):
    body = json.loads(event["body"])
    connection_id = event["requestContext"]["connectionId"]
    post(event, body["room"], {"info": f"{body['name']} joined"})
    os.makedirs(path(body["room"]), exist_ok=True)
    with open(path(body["room"], connection_id), "w", encoding="utf-8") as f:
        f.write(body["name"])
    return {"statusCode": 200, "body": json.dumps({"members": sorted(name for _, name in members(body["room"]))})}


def send(event, _):
    body = json.loads(event["body"])
    name = dict(members(body["room"])).get(event["requestContext"]["connectionId"])
    if name is None:
        return {"statusCode": 200, "body": json.dumps({"error": "join first"})}
    post(event, body["room"], {"from": name, "text": body["text"]})
    return {"statusCode": 200}


def leave(event, _):
    body = json.loads(event["body"])
    connection_id = event["requestContext"]["connectionId"]
    name = dict(members(body["room"])).get(connection_id)
    if remove(body["room"], connection_id):
        post(event, body["room"], {"info": f"{name} left"})
    return {"statusCode": 200, "body": json.dumps({"left": body["room"]})}


def default(event, _):
    return {"statusCode": 200, "body": json.dumps({"error": "unknown action"})}
