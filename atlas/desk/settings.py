"""Settings (设置): where the server listens and where the town's folder is, from the environment (ATLAS_…)."""

from ipaddress import ip_address
from pathlib import Path

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

_LOOPBACK_NAMES = frozenset({"localhost", "127.0.0.1", "::1"})


class Settings(BaseSettings):
    """What the person who runs the server decides.

    Attributes:
        host: the address to listen on (ATLAS_HOST).
        port: the TCP port; 0 lets the system choose (ATLAS_PORT).
        data: the town's folder with town.toml and the database (ATLAS_DATA).
        names: further host names that browsers may use for this server, as a JSON list (ATLAS_NAMES).
    """

    model_config = SettingsConfigDict(env_prefix="ATLAS_")

    host: str = "127.0.0.1"
    port: int = Field(default=8501, ge=0, le=65535)
    data: Path = Path("geodata/siyang")
    names: tuple[str, ...] = ()

    def hosts(self) -> frozenset[str]:
        """Return the host names, lower case and without port, that a request may name."""
        own = _LOOPBACK_NAMES if is_loopback(self.host) else frozenset({self.host})
        return own | frozenset(name.lower() for name in self.names)


def is_loopback(host: str) -> bool:
    """Tell whether this host name or address can only be reached from this very machine."""
    if host in _LOOPBACK_NAMES:
        return True
    try:
        address = ip_address(host.strip("[]"))
    except ValueError:
        return False
    return (getattr(address, "ipv4_mapped", None) or address).is_loopback
