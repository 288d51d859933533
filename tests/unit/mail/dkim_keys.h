/* dkim_keys.h: private keys made for the tests, and good for nothing else. */
#ifndef UNIT_MAIL_DKIM_KEYS_H
#define UNIT_MAIL_DKIM_KEYS_H

/* clang-format off */
#define RSA_PEM \
	"-----BEGIN PRIVATE KEY-----\n" \
	"MIICeQIBADANBgkqhkiG9w0BAQEFAASCAmMwggJfAgEAAoGBAM+h9L49c9TtNqng\n" \
	"1aazXhZrGuMoL6vAZyubGSotbXeYuydJXbs7n2o04H3C9Zagu6CktDzfy2ErFH4a\n" \
	"QhPRkLfUJoKvcNzu2u9JkWoJNjoJYXS53el99YBEFMAYiRJKU4DwuBQO+0h+Mime\n" \
	"Px7Uv+CH7BQBOoHPwxqygiKeoQZtAgMBAAECgYEArWW4qaNSd7C+5PHiGzxSR/Cc\n" \
	"XLYz0YB16KG3S1TyxV0kdvO7NmDdiemszPoi9O84ojjKWMgg5f3/OCyfoEN0Ub7N\n" \
	"GJB69WU5A2fUR1hhyszMnprpEh0WzppzN6qmbsqN2/e1ryhLwy26Td8IS1fiHx9F\n" \
	"mZlzgfWf7Kfy0HLkNmECQQD4hkCLh/3Fw68epkMrezbSfdEQBXeHPXd65oebvGd/\n" \
	"vw+GPntKVTYBTBzBTrQEXIxbyF52AWf6KqQYlMuI7g6FAkEA1eDRsT191idOKJc2\n" \
	"9BCHbae6n1igCR2VJQ4pOvlBRMxAaGxYothpwJQkH05pt/qiT8TKc6EviETaYXHt\n" \
	"4HsgyQJBAMs1YwN0P9F8Du29vwCHsCzuyYoTHkgLv21ToCB8LhirTfNTlZYTFKR8\n" \
	"6qo5Q0Kpte66aFqPDcjlIuYijEY7eM0CQQCNLK/dOUSlph4uJtosMfjixbMm2T4R\n" \
	"pkg7RGSsu7h8bAIbq2C6ZPUxG9fYHk8kFLksxC4KMxwH68LmTWiCI2QZAkEA1Dp3\n" \
	"Lj3vy+DBluNntNPrW4wv7XKKr+zQ6VR5TAoT/Kw2CFoZ85QplPKUdyL8hvVue2k2\n" \
	"3EQ09+TvtO/7Popo7A==\n" \
	"-----END PRIVATE KEY-----\n"
#define ED25519_PEM \
	"-----BEGIN PRIVATE KEY-----\n" \
	"MC4CAQAwBQYDK2VwBCIEIJJjy7W/VXTBReOzErEcT16eH9Iaoi+9+YsisIhqe4Gm\n" \
	"-----END PRIVATE KEY-----\n"
/* Of 512 bits. */
#define SHORT_PEM \
	"-----BEGIN PRIVATE KEY-----\n" \
	"MIIBVgIBADANBgkqhkiG9w0BAQEFAASCAUAwggE8AgEAAkEA8RW78LnNKxZUYIqc\n" \
	"QNCo2X4KSq/tcAHhPboYPJjt8llrbmxf8KECYfnG4/T2Jg7safyAU86h60I5UPZ6\n" \
	"SWZeVQIDAQABAkEAmv6UI8Hwi+EBQkgbCPiddaa4yyesCTTMMLkx19OiNwnSqAL7\n" \
	"KlUweBVrq3xKKY50ziBdtOF8YJX/UuBQ4fRiiQIhAP4xnMp5LHwXDfINlJ2FB6a0\n" \
	"ZD6HhtibA34vCJwsNQwTAiEA8sxGsA8IjUKPv0yQaIlaZmG6jNbelNeKNK5Fe59w\n" \
	"aPcCID0Woz2tnVk9GSbgyKSKgeo4VBcK7wdDSbWbjBAsN5ttAiEAs05W2ciQaToB\n" \
	"zKXvc7QUFc4Qpdg9ErDG+TbGS5CoxGsCIQC+/xLY0w/SjJAlaCn6nljxXNr5ahwc\n" \
	"z5EQC8f4EZNDmw==\n" \
	"-----END PRIVATE KEY-----\n"
/* clang-format on */

#endif
