#!/usr/bin/env python3
"""Asks an ONVIF device everything with onvif-zeep (strict), and checks every answer against ONVIF's own schemas.

    onvif_zeep.py HOST PORT USER PASSWORD    prints {"asked": [...], "problems": [...]}
"""
import json
import os
import sys

import onvif
from lxml import etree
from onvif import ONVIFCamera
from zeep import Plugin

HOST, PORT, USER, PASSWORD = sys.argv[1:5]
WSDL = next(
    path
    for path in (
        os.path.join(os.path.dirname(onvif.__file__), "wsdl"),
        os.path.join(os.path.dirname(os.path.dirname(onvif.__file__)), "wsdl"),
    )
    if os.path.isdir(path)
)
XS = "{http://www.w3.org/2001/XMLSchema}"
asked, valid, problems = [], set(), []


def schema_of(wsdl):
    """The schema inside a WSDL, as a file beside those that it imports would be read."""
    root = etree.parse(os.path.join(WSDL, wsdl))
    (schema,) = root.iter(XS + "schema")
    text = etree.tostring(schema)
    return etree.XMLSchema(etree.fromstring(text, base_url=os.path.join(WSDL, "inline.xsd")))


SCHEMAS = {
    "http://www.onvif.org/ver10/device/wsdl": "devicemgmt.wsdl",
    "http://www.onvif.org/ver10/media/wsdl": "media.wsdl",
    "http://www.onvif.org/ver20/imaging/wsdl": "imaging.wsdl",
    "http://www.onvif.org/ver10/events/wsdl": "events.wsdl",
}
loaded = {}


def check(element):
    namespace = etree.QName(element).namespace
    if namespace == "http://docs.oasis-open.org/wsn/b-2":
        namespace = "http://www.onvif.org/ver10/events/wsdl"
    schema = loaded.setdefault(namespace, None) or schema_of(SCHEMAS[namespace])
    loaded[namespace] = schema
    alone = etree.fromstring(etree.tostring(element))
    name = etree.QName(element).localname
    if schema.validate(alone):
        valid.add(name)
    for error in schema.error_log:
        problems.append(f"{name}: {error.message}")


class Look(Plugin):
    def ingress(self, envelope, http_headers, operation):
        body = envelope.find("{http://www.w3.org/2003/05/soap-envelope}Body")
        if "Fault" not in body[0].tag:
            check(body[0])
        return envelope, http_headers

    def egress(self, envelope, http_headers, operation, binding_options):
        return envelope, http_headers


def ask(service, name, **arguments):
    asked.append(name)
    try:
        return getattr(service, name)(arguments) if arguments else getattr(service, name)()
    except Exception as error:  # every one is a finding
        problems.append(f"{name}: {type(error).__name__}: {error}")
        return None


camera = ONVIFCamera(HOST, int(PORT), USER, PASSWORD, wsdl_dir=WSDL)


def service(create):
    made = create()
    made.zeep_client.plugins.append(Look())
    return made


device = service(camera.create_devicemgmt_service)
for name in (
    "GetServiceCapabilities GetDeviceInformation GetSystemDateAndTime GetScopes GetHostname GetDNS GetNTP GetUsers "
    "GetWsdlUrl GetEndpointReference GetNetworkInterfaces GetNetworkProtocols GetNetworkDefaultGateway GetDiscoveryMode "
    "GetRelayOutputs"
).split():
    ask(device, name)
ask(device, "GetServices", IncludeCapability=True)
ask(device, "GetServices", IncludeCapability=False)
ask(device, "GetCapabilities", Category="All")
ask(device, "GetCapabilities", Category="Media")

media = service(camera.create_media_service)
for name in (
    "GetServiceCapabilities GetVideoSources GetVideoSourceConfigurations GetVideoEncoderConfigurations GetAudioSources "
    "GetAudioSourceConfigurations GetAudioEncoderConfigurations GetAudioOutputs GetAudioOutputConfigurations "
    "GetAudioDecoderConfigurations GetVideoAnalyticsConfigurations GetMetadataConfigurations GetOSDs"
).split():
    ask(media, name)
for profile in ask(media, "GetProfiles") or []:
    token = {"ProfileToken": profile.token}
    for name in (
        "GetProfile GetSnapshotUri SetSynchronizationPoint GetCompatibleVideoSourceConfigurations "
        "GetCompatibleVideoEncoderConfigurations GetCompatibleAudioSourceConfigurations "
        "GetCompatibleAudioEncoderConfigurations GetCompatibleVideoAnalyticsConfigurations "
        "GetCompatibleMetadataConfigurations"
    ).split():
        ask(media, name, **token)
    ask(media, "GetStreamUri", StreamSetup={"Stream": "RTP-Unicast", "Transport": {"Protocol": "RTSP"}}, **token)
    ask(media, "GetVideoSourceConfigurationOptions", **token)
    ask(media, "GetVideoEncoderConfigurationOptions", **token)
    source = {"ConfigurationToken": profile.VideoSourceConfiguration.token}
    ask(media, "GetVideoSourceConfiguration", **source)
    ask(media, "GetGuaranteedNumberOfVideoEncoderInstances", **source)
    ask(media, "GetOSDOptions", **source)
    ask(media, "GetVideoEncoderConfiguration", ConfigurationToken=profile.VideoEncoderConfiguration.token)
    ask(media, "SetVideoEncoderConfiguration", Configuration=profile.VideoEncoderConfiguration, ForcePersistence=True)
made = ask(media, "CreateProfile", Name="SynoProfile", Token="SynoProfile")
if made:
    token = {"ProfileToken": made.token}
    ask(media, "AddVideoSourceConfiguration", ConfigurationToken="video_config", **token)
    ask(media, "AddVideoEncoderConfiguration", ConfigurationToken="main_encoder", **token)
    ask(media, "GetProfile", **token)
    ask(media, "RemoveVideoEncoderConfiguration", **token)
    ask(media, "RemoveVideoSourceConfiguration", **token)
    ask(media, "DeleteProfile", **token)

imaging = service(camera.create_imaging_service)
ask(imaging, "GetServiceCapabilities")
source = {"VideoSourceToken": "video"}
for name in "GetImagingSettings GetOptions GetMoveOptions GetStatus".split():
    ask(imaging, name, **source)
ask(imaging, "SetImagingSettings", ImagingSettings={"IrCutFilter": "OFF", "Brightness": 10}, **source)

EVENTS = "http://www.onvif.org/ver10/events/wsdl"


def event_service(name, binding):
    onvif.client.SERVICES[name] = {"ns": EVENTS, "wsdl": "events.wsdl", "binding": binding}
    camera.xaddrs[f"{EVENTS}/{name}"] = camera.xaddrs[EVENTS]
    return service(lambda: camera.create_onvif_service(name, portType=name))


events = service(camera.create_events_service)
ask(events, "CreatePullPointSubscription", InitialTerminationTime="PT60S")
ask(events, "GetServiceCapabilities")
ask(events, "GetEventProperties")
pull = service(camera.create_pullpoint_service)
ask(pull, "PullMessages", Timeout="PT1S", MessageLimit=100)
ask(pull, "SetSynchronizationPoint")
ask(pull, "PullMessages", Timeout="PT1S", MessageLimit=100)

producer = event_service("producer", "NotificationProducerBinding")
subscribed = ask(producer, "Subscribe", ConsumerReference={"Address": f"http://{HOST}:9/"}, InitialTerminationTime="PT60S")
if subscribed:
    manager = event_service("manager", "SubscriptionManagerBinding")
    manager.ws_client._binding_options["address"] = subscribed.SubscriptionReference.Address._value_1
    ask(manager, "Renew", TerminationTime="PT60S")
    ask(manager, "Unsubscribe")
print(json.dumps({"asked": sorted(set(asked)), "valid": sorted(valid), "problems": problems}))
