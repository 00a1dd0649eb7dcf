/* The session key. Its text form, awl_key_parse, awl_key_text and awl_key_wipe, is in
 * awl/awl.h: base64 in time that does not depend on the key, strictly canonical. */
#pragma once
#include "awl/awl.h"
#include "base/rng.h"

/* A new one; rng must be cryptographically strong. */
void key_make(struct awl_key *out, const struct rng *rng);
