"""Makes kserve importable without its __init__, which loads a Kubernetes client and a server."""

import importlib.util
import sys
import types

spec = importlib.util.find_spec("kserve")
package = types.ModuleType("kserve")
package.__path__ = list(spec.submodule_search_locations)
sys.modules["kserve"] = package

from kserve.inference_client import InferenceRESTClient, RESTConfig  # noqa: E402
from kserve.protocol.infer_type import InferInput, InferRequest, RequestedOutput  # noqa: E402

for exported in (InferenceRESTClient, RESTConfig, InferInput, InferRequest, RequestedOutput):
    setattr(package, exported.__name__, exported)
