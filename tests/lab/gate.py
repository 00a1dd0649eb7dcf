"""What people have around a NAT: a router that gives out ports (miniupnpd), and, out in the
world, servers that tell one's address (coturn)."""

import dataclasses
import os
import subprocess

from .net import PLANS
from .wait import until

# miniupnpd takes no address of the documentation or private ranges for a public one, and gives
# nothing where it has no public one. These are used inside the run's namespaces only.
PUBLIC = dataclasses.replace(PLANS[4], client="44.128.0.0/25", server="44.129.0.0/24",
                             second="44.128.0.128/25")

CHAINS = """
table inet filter {
  chain forward {
    type filter hook forward priority 0; policy accept;
    jump miniupnpd
  }
  chain miniupnpd { }
  chain prerouting {
    type nat hook prerouting priority -100;
    jump prerouting_miniupnpd
  }
  chain prerouting_miniupnpd { }
  chain postrouting {
    type nat hook postrouting priority 90;
    jump postrouting_miniupnpd
  }
  chain postrouting_miniupnpd { }
}
table inet nat {
  chain input {
    iifname lan0 accept
  }
}
"""

# A request of PCP begins with its version, 2, one of NAT-PMP with 0.
NO_PCP = """
table inet nopcp {
  chain input {
    type filter hook input priority -1;
    udp dport 5351 @th,64,8 2 drop
  }
}
"""

CONFIG = """
ext_ifname=wan0
listening_ip=lan0
http_port=5000
enable_natpmp={pmp}
enable_upnp={upnp}
secure_mode=yes
system_uptime=yes
uuid=fc4ec57e-b051-11db-88f8-0060085db3f6
lease_file={folder}/leases
notify_interval=30
upnp_table_name=filter
upnp_nat_table_name=filter
upnp_forward_chain=miniupnpd
upnp_nat_chain=prerouting_miniupnpd
upnp_nat_postrouting_chain=postrouting_miniupnpd
allow 1024-65535 0.0.0.0/0 1024-65535
deny 0-65535 0.0.0.0/0 0-65535
"""


def listeners(net, role):
    return subprocess.run(net.inside(role, "ss", "-lunH"), check=True, capture_output=True,
                          text=True).stdout


def read(path):
    with open(path, errors="replace") as file:
        return file.read()


class Gate:
    """miniupnpd on the NAT of that role. speaks: "pcp" (and NAT-PMP), "nat-pmp", "upnp"."""

    def __init__(self, run, net, role, speaks):
        self.net, self.role = net, role
        folder = run.new_folder("gate")
        config = os.path.join(folder, "miniupnpd.conf")
        with open(config, "w") as out:
            out.write(CONFIG.format(folder=folder, pmp="no" if speaks == "upnp" else "yes",
                                    upnp="yes" if speaks == "upnp" else "no"))
        net.nft(role, CHAINS + (NO_PCP if speaks == "nat-pmp" else ""))
        self.log = os.path.join(folder, "log")
        with open(self.log, "wb") as log:  # its own /run, for its file with the process id
            run.start(net.inside(role, "unshare", "--mount", "sh", "-c",
                                 f"mount -t tmpfs lab /run && exec miniupnpd -d -f {config}"),
                      stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        port = ":1900" if speaks == "upnp" else ":5351"
        until(lambda: port in listeners(net, role), "miniupnpd listens",
              detail=lambda: read(self.log))

    def mappings(self):
        """How many ports it forwards at the moment."""
        done = subprocess.run(
            self.net.inside(self.role, "nft", "list", "chain", "inet", "filter",
                            "prerouting_miniupnpd"), check=True, capture_output=True, text=True)
        return done.stdout.count("dnat")


def shift_ports(net, role, by=20000):
    """Makes the client's NAT on that box one that gives another port than the one inside, the
    same for every destination. It still lets in only what answers."""
    ports = ", ".join(f"{port} : {port - by}" for port in range(32768, 61000))
    outer = net.client_links[int(role[1:]) + 1].inner
    net.nft(role, f"""
flush chain inet nat postrouting
table inet nat {{
  map shifted {{ type inet_service : inet_service; elements = {{ {ports} }} }}
  chain postrouting {{
    oifname wan0 meta l4proto udp snat ip to {outer} : udp sport map @shifted
    oifname wan0 masquerade
  }}
}}
""")


FAR = "192.0.2.3"  # beside the far end of the wire, IPv4 only


class Stun:
    """coturn on the router before the client and on the one before the server, so that there
    are two on different hosts. servers: HOST:PORT each. far: both beyond the wire, where what
    blocks a client's UDP is in between."""

    def __init__(self, run, net, far=False):
        places = list(zip("rq", net.plan.wire))
        if far:
            net.ip("q", f"addr add {FAR} dev wire0")
            net.ip("r", f"route add {FAR} dev wire0")
            places[0] = ("q", FAR)
        self.servers = [f"{address}:3478" for _, address in places]
        for role, address in places:
            folder = run.new_folder("stun")
            path = os.path.join(folder, "log")
            with open(path, "wb") as log:
                run.start(net.inside(role, "turnserver", "-S", "-n", "-L", address, "-p", "3478",
                                     "--no-tls", "--no-dtls", "--no-cli", "--no-tcp",
                                     "--pidfile", os.path.join(folder, "pid"), "--log-file",
                                     "stdout", "--db", os.path.join(folder, "db")),
                          stdin=subprocess.DEVNULL, stdout=log, stderr=log)
            until(lambda role=role, at=f"{address}:3478": at in listeners(net, role),
                  "turnserver listens",
                  detail=lambda path=path: read(path))
