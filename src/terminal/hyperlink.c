#include "terminal/hyperlink.h"

#include "base/alloc.h"

#include <stdlib.h>
#include <string.h>

#define HYPERLINKS_BUCKETS 64u

struct hyperlinks {
    uint32_t refs;
    size_t bytes;
    struct hyperlink *bucket[HYPERLINKS_BUCKETS];
};

struct hyperlinks *
hyperlinks_new(void)
{
    struct hyperlinks *h = xcalloc(1, sizeof *h);

    h->refs = 1;
    return h;
}

struct hyperlinks *
hyperlinks_ref(struct hyperlinks *h)
{
    if (h)
        h->refs++;
    return h;
}

void
hyperlinks_unref(struct hyperlinks *h)
{
    if (h && --h->refs == 0)
        free(h); /* each link holds a count, so there is none */
}

size_t
hyperlinks_bytes(const struct hyperlinks *h)
{
    return h ? h->bytes : 0;
}

/* FNV-1a */
static uint32_t
hyperlink_hash(struct bytes text)
{
    uint32_t hash = 2166136261u;

    for (size_t i = 0; i < text.len; i++)
        hash = (hash ^ text.data[i]) * 16777619u;
    return hash;
}

struct hyperlink *
hyperlinks_get(struct hyperlinks *h, struct bytes text)
{
    uint32_t hash = hyperlink_hash(text);
    struct hyperlink **bucket = &h->bucket[hash % HYPERLINKS_BUCKETS];
    struct hyperlink *l = *bucket;
    size_t size = sizeof *l + text.len;

    while (l && (l->hash != hash || !bytes_equal(bytes_of(l->data, l->len), text)))
        l = l->next;
    if (l)
        return hyperlink_ref(l);
    if (text.len > HYPERLINK_MAX || h->bytes + size > HYPERLINKS_BYTES_MAX)
        return NULL;
    l = xmalloc(size);
    *l = (struct hyperlink){.home = hyperlinks_ref(h),
                            .next = *bucket,
                            .refs = 1,
                            .hash = hash,
                            .len = (uint32_t)text.len};
    memcpy(l->data, text.data, text.len);
    *bucket = l;
    h->bytes += size;
    return l;
}

struct hyperlink *
hyperlink_ref(struct hyperlink *l)
{
    if (l)
        l->refs++;
    return l;
}

void
hyperlink_unref(struct hyperlink *l)
{
    struct hyperlinks *home;
    struct hyperlink **at;

    if (!l || --l->refs)
        return;
    home = l->home;
    for (at = &home->bucket[l->hash % HYPERLINKS_BUCKETS]; *at != l; at = &(*at)->next)
        ;
    *at = l->next;
    home->bytes -= sizeof *l + l->len;
    hyperlinks_unref(home);
    free(l);
}

bool
hyperlink_equal(const struct hyperlink *a, const struct hyperlink *b)
{
    if (a == b)
        return true;
    return a && b && a->home != b->home &&
           bytes_equal(bytes_of(a->data, a->len), bytes_of(b->data, b->len));
}
