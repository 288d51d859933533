"""Certificates for the relays of the tests, made with openssl: a good one, and each kind that must not be taken."""
import subprocess

NAMES = "DNS:localhost,IP:127.0.0.1"


def make(folder):
    """FOLDER/{good,wronghost,expired,early,self,stranger}.{pem,key}; ca.pem is who is trusted."""
    def openssl(*args):
        subprocess.run(["openssl", *map(str, args)], cwd=folder, check=True, capture_output=True)

    key = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes")
    for authority in ("ca", "strangers"):
        openssl("req", "-x509", *key, "-keyout", f"{authority}.key", "-out", f"{authority}.pem", "-subj", f"/CN=Test {authority}", "-days", "3")
    for name, names, authority, days in (("good", NAMES, "ca", 3), ("wronghost", "DNS:other.example", "ca", 3), ("expired", NAMES, "ca", -1),
                                         ("stranger", NAMES, "strangers", 3)):
        openssl("req", *key, "-keyout", f"{name}.key", "-out", f"{name}.csr", "-subj", "/CN=relay")
        (folder / "ext").write_text(f"subjectAltName={names}\n")
        openssl("x509", "-req", "-in", f"{name}.csr", "-CA", f"{authority}.pem", "-CAkey", f"{authority}.key", "-CAcreateserial", "-out", f"{name}.pem",
                "-extfile", "ext", "-days", days)
    openssl("req", "-x509", *key, "-keyout", "self.key", "-out", "self.pem", "-subj", "/CN=localhost", "-days", "3", "-addext", "subjectAltName=DNS:localhost")
    return folder


def options(folder, name):
    return ("--cert", folder / f"{name}.pem", "--key", folder / f"{name}.key")
