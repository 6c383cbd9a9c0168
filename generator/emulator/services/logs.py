"""CloudWatch Logs: query definitions, keys of log groups, updates of deliveries."""

from __future__ import annotations

import time

from generator.emulator.registry import Answer, Call, Decline, amend, fail, given, new_id, operation

KIND = "QueryDefinition"


@operation("logs", "PutQueryDefinition")
def put_query_definition(call: Call) -> Answer:
    """Not implemented."""
    identifier = call.params.get("queryDefinitionId") or new_id()
    if call.params.get("queryDefinitionId"):
        call.find(KIND, identifier, "ResourceNotFoundException")
    call.resources(KIND)[identifier] = {
        **given(call.params, "clientToken"),
        "queryDefinitionId": identifier,
        "lastModified": int(time.time() * 1000),
    }
    return {"queryDefinitionId": identifier}


@operation("logs", "DescribeQueryDefinitions")
def describe_query_definitions(call: Call) -> Answer:
    """Not implemented."""
    prefix = call.params.get("queryDefinitionNamePrefix") or ""
    return {"queryDefinitions": [item for item in call.resources(KIND).values() if item["name"].startswith(prefix)]}


@operation("logs", "DeleteQueryDefinition")
def delete_query_definition(call: Call) -> Answer:
    """Not implemented."""
    call.remove(KIND, call.params["queryDefinitionId"], "ResourceNotFoundException")
    return {"success": True}


@amend("logs", "CreateLogGroup")
def create_log_group(call: Call, answer: Answer) -> None:  # noqa: ARG001
    """Forgets logGroupClass, for which Terraform would replace the group."""
    call.notes("class")[call.params["logGroupName"]] = call.params.get("logGroupClass")


@amend("logs", "DescribeLogGroups")
def describe_log_groups(call: Call, answer: Answer) -> None:
    """Forgets logGroupClass, for which Terraform would replace the group."""
    for group in answer.get("logGroups") or []:
        group["logGroupClass"] = call.notes("class").get(group["logGroupName"]) or "STANDARD"


@operation("logs", "PutMetricFilter")
def put_metric_filter(call: Call) -> Answer:
    """Adds a second filter instead of changing the first."""
    filters = call.backend().filters
    place = {"filterName": call.params["filterName"], "logGroupName": call.params["logGroupName"]}
    filters.metric_filters = [item for item in filters.metric_filters if not place.items() <= item.items()]
    raise Decline


@operation("logs", "AssociateKmsKey", "DisassociateKmsKey")
def change_key(call: Call) -> None:
    """Not implemented: the key of a log group can be set on creation only."""
    groups, name = call.backend().groups, call.params.get("logGroupName") or ""
    if name not in groups:
        fail("ResourceNotFoundException", "The specified log group does not exist.")
    groups[name].kms_key_id = call.params.get("kmsKeyId")


@operation("logs", "UpdateDeliveryConfiguration")
def update_delivery(call: Call) -> Answer:
    """Not implemented."""
    deliveries, identifier = call.backend().deliveries, call.params["id"]
    if identifier not in deliveries:
        fail("ResourceNotFoundException", "Requested Delivery does not exist in this account.")
    delivery = deliveries[identifier]
    delivery.record_fields = call.params.get("recordFields") or delivery.record_fields
    if call.params.get("fieldDelimiter") is not None:
        delivery.field_delimiter = call.params["fieldDelimiter"]
    if call.params.get("s3DeliveryConfiguration"):
        delivery.s3_delivery_configuration = call.params["s3DeliveryConfiguration"]
    return {}
