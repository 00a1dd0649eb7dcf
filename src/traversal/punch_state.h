/* What punch.h hides, shared by its four files and nobody else: punch.c is what both
 * roles have in common, punch_client.c and punch_server.c are the two timelines,
 * punch_search.c is the search through ports. */
#pragma once
#include "traversal/punch.h"
#include "traversal/spray.h"

#define SHOTS_MAX   128u
#define SOCKETS_MAX 6u
#define SENT_HOSTS  16u

/* One datagram that is to leave at a time: the timeline as data. */
struct shot {
    uint64_t at;
    enum punch_output_kind kind; /* PUNCH_OPENER or PUNCH_PROBE */
    int socket;
    struct awl_addr to;
};

/* An address of this generation, and what it has had of the ceiling. */
struct target {
    struct awl_addr to;
    enum candidate_order order;
    unsigned probes;
};

struct sock {
    enum { SOCK_NONE, SOCK_WANTED, SOCK_OPENING, SOCK_OPEN, SOCK_CLOSING } state;
    int number;
    enum awl_family family;
    uint16_t port;
};

struct punch {
    struct punch_config config; /* its views are replaced by the copies below */
    struct awl_addr own[PUNCH_ADDRS_MAX], dialled[PUNCH_ADDRS_MAX];
    size_t own_count, dialled_count;

    enum { PEER_UNKNOWN, PEER_OWN, PEER_STOCK } peer;
    bool peer_punches;
    uint32_t peer_gen; /* newest acted on */
    struct candidate_set peer_cands;
    bool pending; /* a newer one waits for its second to pass */
    struct punch_message pending_message;
    uint64_t acted; /* last time; NEVER: not yet */
    bool peer_unsolicited;

    struct punch_message message;
    uint32_t version;
    uint32_t gen;
    bool echoed;
    struct gathered gathered;
    struct awl_addr seen_me; /* our address as the peer saw it */
    struct awl_addr seen_peer;
    bool unsolicited;
    struct awl_addr sent_hosts[SENT_HOSTS]; /* openers or probes went there: a ring */
    size_t sent_count;
    unsigned hops; /* to the peer; 0: unknown */
    struct opener_hops routers;
    struct scout_found found[SCOUT_FOUND_MAX];
    size_t found_count;
    uint64_t news_at; /* a generation for what was found is due; NEVER: none */
    uint32_t rtt;

    struct target targets[CANDIDATES_MAX];
    size_t target_count;
    struct shot shots[SHOTS_MAX];
    size_t shot_count;
    bool answer, verdict;
    int verdict_socket;
    struct awl_addr verdict_to;

    /* client */
    struct sock socks[SOCKETS_MAX];
    int next_number;
    struct sock *live[2], *spare[2]; /* IPv4, IPv6; spare: of the first order, while a new
                                        port is tried */
    enum candidate_order order;
    bool pipe;
    bool opening; /* a generation begins when the sockets have been answered */
    bool trying, second, direct, worn;
    uint64_t began; /* of this generation; NEVER: none yet */
    uint64_t start_at, new_port_at, give_up_at, retry_at;
    unsigned retries;

    /* the search, punch_search.c */
    struct spray spray;           /* guesses of ours */
    struct spray_sockets sockets; /* our sockets for the peer's guesses */
    int next_search;              /* number of the next of them */
    bool may_search;
    enum { NAT_UNKNOWN, NAT_STEADY, NAT_VARIES } nat; /* ours, as STUN has it */
    bool peer_varies;
    bool searched;       /* client: in this network already */
    uint64_t search_at;  /* client: when it begins; NEVER */
    uint64_t search_end; /* both: when what is open for it is closed; NEVER */
    uint32_t search_seed;
    unsigned hits;
    bool found_by_search;
    int kept, kept_closing; /* server: the socket of a hit, and its predecessor; 0 */

    /* server */
    uint64_t gen_at; /* when the last generation was made */
    bool real_due; /* full-TTL datagrams wait until the client has said that it opened */
    struct holes holes;
};

static inline int
family_index(uint8_t family)
{
    return family == AWL_IPV6 ? 1 : 0;
}

/* Gathers afresh and makes the next generation of our candidates. */
void punch_new_gen(struct punch *p);
/* Brings the message up to date; its version tells whether anything changed. */
void punch_refresh(struct punch *p);
/* Forgets targets and shots. */
void punch_clear(struct punch *p);
/* NULL: not usable, or there are 8 already. */
struct target *punch_target(struct punch *p, const struct awl_addr *to,
                            enum candidate_order order);
/* Puts a datagram on the timeline; over a ceiling it is left out. */
void punch_opener(struct punch *p, int socket, const struct awl_addr *to, uint64_t at);
void punch_probe(struct punch *p, int socket, struct target *t, uint64_t at);
/* The same outside of the timeline's ceilings: the caller has its own. */
void punch_answer(struct punch *p, int socket, const struct awl_addr *to, uint64_t at);
uint8_t punch_ttl(const struct punch *p);
/* Server: its port is mapped, so the client can come in by itself. */
bool punch_mapped(const struct punch *p);

void punch_client_begin(struct punch *p, const struct punch_socket *sockets,
                        size_t count);
void punch_client_start(struct punch *p, uint64_t now);
void punch_client_act(struct punch *p, uint64_t now);
void punch_client_echo(struct punch *p, uint64_t now);
void punch_client_network(struct punch *p, bool moved, uint64_t now);
void punch_client_stop(struct punch *p);
void punch_client_validated(struct punch *p, int socket, const struct awl_addr *to,
                            uint64_t now);
void punch_client_found(struct punch *p, uint64_t now);
void punch_client_tick(struct punch *p, uint64_t now);
uint64_t punch_client_deadline(const struct punch *p);
/* That socket, open on that port, is the one for IPv4 from now on. */
void punch_client_adopt(struct punch *p, int socket, uint16_t port);

/* Client: the server has echoed; a search may become due. */
void punch_search_plan(struct punch *p, uint64_t now);
void punch_server_search(struct punch *p, const struct punch_spray *s, uint64_t now);
/* The way to the peer answered on that socket. */
void punch_search_won(struct punch *p, int socket, uint64_t now);
void punch_search_stop(struct punch *p);
void punch_search_refresh(struct punch *p);
void punch_search_tick(struct punch *p, uint64_t now);
bool punch_search_next(struct punch *p, struct punch_output *out, uint64_t now);
uint64_t punch_search_deadline(const struct punch *p);

void punch_server_act(struct punch *p, uint64_t now);
void punch_server_echo(struct punch *p, uint64_t now);
