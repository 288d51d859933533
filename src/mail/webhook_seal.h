/* webhook_seal.h: the signatures of mail providers' webhooks, by OpenSSL. Pure. */
#ifndef MAIL_WEBHOOK_SEAL_H
#define MAIL_WEBHOOK_SEAL_H

#include <stdbool.h>

#include "base/str.h"

/* Mailgun: hex of HMAC-SHA256 of the text. */
bool webhook_seal_hmac(struct str text, struct str hex, struct str key);

/* SendGrid: base64 of an ECDSA signature (DER) of the text's SHA-256; the key as their page shows it:
 * base64 of a SubjectPublicKeyInfo, with or without PEM's lines. */
bool webhook_seal_ecdsa(struct str text, struct str signature, struct str key);

/* SNS: base64 of an RSA signature of the text's SHA-1 (version "1") or SHA-256 (version "2") by the
 * certificate (PEM), which must be in force. */
bool webhook_seal_certificate(
	struct str text, struct str signature, struct str version, struct str certificate);

/* Is it one at all? For telling a wrong key from a wrong signature. */
bool webhook_seal_is_key(struct str key);
bool webhook_seal_is_certificate(struct str certificate);

#endif
