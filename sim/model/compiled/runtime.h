/* What the compiled engine brings to the kernel's text: arithmetic, heaps, lists by day, and luck.
   The ports are those of sim/model/kernel/ports.py. */

/* --- arithmetic as Python means it --------------------------------------------------------- */

static inline double min_real(double a, double b) { return b < a ? b : a; }
static inline double max_real(double a, double b) { return b > a ? b : a; }
static inline int64_t min_whole(int64_t a, int64_t b) { return b < a ? b : a; }
static inline int64_t max_whole(int64_t a, int64_t b) { return b > a ? b : a; }
static inline double sqrt_(double x) { return sqrt(x); }
/* Whole numbers are Python's, which have no end: days beyond all bounds are all the same. */
static inline int64_t whole(double x) { return fabs(x) < 0x1p53 ? (int64_t)x : x > 0 ? 1LL << 53 : -(1LL << 53); }
static inline int64_t floor_(double x) { return whole(floor(x)); }
static inline int64_t ceil_(double x) { return whole(ceil(x)); }
static inline int64_t round_half_even(double x) { return whole(rint(x)); }
static inline double ldexp_(double x, int64_t k) { return ldexp(x, (int)k); }
static inline double frexp_(double x, int64_t *exponent) {
    int e;
    double mantissa = frexp(x, &e);
    *exponent = e;
    return mantissa;
}

/* --- what the engine keeps beside the rows ------------------------------------------------- */

typedef struct { double key; int64_t ticket; double since; int64_t claim; } Entry;
typedef struct { Entry *entries; int64_t size, room; } Heap;
typedef struct { int64_t what, claim, value, next; } Errand_;
typedef struct { int64_t first, last; } List;
typedef struct { double time; int64_t number, agent; } Event;
typedef struct { int64_t purpose; uint64_t row, number, words[4]; } Block;
typedef struct { int64_t words[4]; double times[4]; } Note;

struct Store {
    int64_t number;          /* of the next event, SimPy's and ours */
    uint64_t keys[PURPOSES][2];
    Heap *heaps;
    List *agenda, *outbox;   /* by day */
    Errand_ *errands;        /* of all days; those that are free form a list, too */
    int64_t errands_made, errands_room, errand_free;
    Event *events;
    int64_t events_size, events_room;
    int64_t *pending;        /* by agent: number of the event at which they go on; -1 for none */
    int64_t agents_room, claims_room;
    Note *notes;             /* the log of events, where one is kept */
    int64_t notes_size, notes_room;
    Block block;
};

static void out_of_memory(void) {
    fputs("the simulation engine has run out of memory\n", stderr);
    abort();
}

static void *grown(void *block, int64_t *room, int64_t needed, size_t size) {
    if (needed <= *room) return block;
    int64_t wanted = 2 * *room > needed ? 2 * *room : needed + 64;
    void *larger = realloc(block, (size_t)wanted * size);
    if (larger == NULL) out_of_memory();
    *room = wanted;
    return larger;
}

/* Claims are looked up all over the table: large pages, where the system has them, spare most of the
   search for an address. */
static Claim *more_claims(Claim *claims, int64_t *room, int64_t needed) {
#ifdef __linux__
    if (needed <= *room) return claims;
    int64_t wanted = 2 * *room > needed ? 2 * *room : needed + 4096;
    size_t large = (size_t)1 << 21, bytes = ((size_t)wanted * sizeof(Claim) + large - 1) & ~(large - 1);
    void *block = NULL;
    if (posix_memalign(&block, large, bytes)) out_of_memory();
    madvise(block, bytes, MADV_HUGEPAGE);
    if (claims != NULL) memcpy(block, claims, (size_t)*room * sizeof(Claim));
    free(claims);
    *room = (int64_t)(bytes / sizeof(Claim));
    return block;
#else
    return grown(claims, room, needed, sizeof(Claim));
#endif
}

/* The table is larger than any cache: a claim that will be wanted soon is asked for ahead. */
static inline void ask_for(const State *s, int64_t claim) {
#if defined(__GNUC__) || defined(__clang__)
    const char *row = (const char *)&s->claims[claim];
    for (size_t byte = 0; byte < sizeof(Claim); byte += 64) __builtin_prefetch(row + byte, 1);
#endif
}

/* --- claims that wait ---------------------------------------------------------------------- */

static inline int before(const Entry *a, const Entry *b) {
    return a->key < b->key || (a->key == b->key && a->ticket < b->ticket);
}

static void port_push(State *s, WorkQueue *queue, double key, int64_t ticket, double since,
                      Claim *claim) {
    Heap *heap = &s->store->heaps[queue->index];
    heap->entries = grown(heap->entries, &heap->room, heap->size + 1, sizeof(Entry));
    Entry entry = {key, ticket, since, claim->index}, *h = heap->entries;
    int64_t p = heap->size++;
    while (p > 0 && before(&entry, &h[(p - 1) >> 1])) {
        h[p] = h[(p - 1) >> 1];
        p = (p - 1) >> 1;
    }
    h[p] = entry;
}

static void drop_top(Heap *heap) {
    Entry *h = heap->entries, last = h[--heap->size];
    int64_t n = heap->size, p = 0, c;
    if (n == 0) return;
    while ((c = 2 * p + 1) < n) {
        if (c + 1 < n && before(&h[c + 1], &h[c])) c++;
        if (before(&last, &h[c])) break;
        h[p] = h[c];
        p = c;
    }
    h[p] = last;
}

/* Drop entries of claims that have another ticket by now. */
static Entry *live_top(State *s, WorkQueue *queue) {
    Heap *heap = &s->store->heaps[queue->index];
    while (heap->size > 0) {
        Entry *top = heap->entries;
        if (s->claims[top->claim].ticket == top->ticket) return top;
        drop_top(heap);
    }
    return NULL;
}

static inline double port_head(State *s, WorkQueue *queue) {
    Entry *top = live_top(s, queue);
    return top == NULL ? INFINITY : top->key;
}

static inline Claim *port_pop(State *s, WorkQueue *queue, Agent *agent) {
    Entry *top = live_top(s, queue);
    agent->hand_key = top->key;
    agent->hand_ticket = top->ticket;
    agent->hand_since = top->since;
    agent->hand_claim = top->claim;
    Heap *heap = &s->store->heaps[queue->index];
    drop_top(heap);
    if (heap->size > 0) ask_for(s, heap->entries->claim);
    return &s->claims[agent->hand_claim];
}

/* --- what is due on a day ------------------------------------------------------------------ */

static void add_errand(State *s, List *day, int64_t what, int64_t claim, int64_t value) {
    Store *t = s->store;
    int64_t n = t->errand_free;
    if (n >= 0) {
        t->errand_free = t->errands[n].next;
    } else {
        t->errands = grown(t->errands, &t->errands_room, t->errands_made + 1, sizeof(Errand_));
        n = t->errands_made++;
    }
    t->errands[n] = (Errand_){what, claim, value, -1};
    if (day->last >= 0) t->errands[day->last].next = n; else day->first = n;
    day->last = n;
}

/* Take the first errand of a day off its list; 0 when there is none. */
static int next_errand(State *s, List *day, Errand_ *out) {
    Store *t = s->store;
    int64_t n = day->first;
    if (n < 0) return 0;
    *out = t->errands[n];
    day->first = out->next;
    if (day->first < 0) day->last = -1;
    t->errands[n].next = t->errand_free;
    t->errand_free = n;
    return 1;
}

/* Where in a day's list the claims of errands are asked for: some ahead of the one that is run. */
#define ERRANDS_AHEAD 12
static void look_ahead(const State *s, int64_t *ahead, int errands) {
    for (; errands > 0 && *ahead >= 0; errands--) {
        const Errand_ *errand = &s->store->errands[*ahead];
        ask_for(s, errand->claim);
        *ahead = errand->next;
    }
}

static inline void port_on(State *s, int64_t day, int64_t what, Claim *claim, int64_t value) {
    if (day >= 0 && day < s->house->end_days) add_errand(s, &s->store->agenda[day], what, claim->index, value);
}

static inline void port_send_out(State *s, int64_t day, Claim *claim) {
    if (day >= 0 && day < s->n_days) add_errand(s, &s->store->outbox[day], 0, claim->index, 0);
}

/* --- agents who go on ---------------------------------------------------------------------- */

static inline int sooner(const Event *a, const Event *b) {
    return a->time < b->time || (a->time == b->time && a->number < b->number);
}

static void schedule(State *s, Agent *agent, double time) {
    Store *t = s->store;
    t->events = grown(t->events, &t->events_room, t->events_size + 1, sizeof(Event));
    Event event = {time, t->number++, agent->index}, *h = t->events;
    t->pending[agent->index] = event.number;
    int64_t p = t->events_size++;
    while (p > 0 && sooner(&event, &h[(p - 1) >> 1])) {
        h[p] = h[(p - 1) >> 1];
        p = (p - 1) >> 1;
    }
    h[p] = event;
}

static Event take_event(Store *t) {
    Event *h = t->events, top = h[0], last = h[--t->events_size];
    int64_t n = t->events_size, p = 0, c;
    if (n == 0) return top;
    while ((c = 2 * p + 1) < n) {
        if (c + 1 < n && sooner(&h[c + 1], &h[c])) c++;
        if (sooner(&last, &h[c])) break;
        h[p] = h[c];
        p = c;
    }
    h[p] = last;
    return top;
}

static inline void port_signal(State *s, Agent *agent, double now) { schedule(s, agent, now); }

/* What other packages register is SimPy's alone: such a scenario never gets here. */
static inline double port_own_key(State *s, WorkQueue *queue, Claim *claim, double now, int64_t due,
                                  double chance) {
    (void)s; (void)queue; (void)claim; (void)now; (void)due; (void)chance;
    abort();
}

static void port_note(State *s, int64_t what, Claim *claim, int64_t about, int64_t agent,
                      double since, double taken, double begun, double ended) {
    Store *t = s->store;
    t->notes = grown(t->notes, &t->notes_room, t->notes_size + 1, sizeof(Note));
    t->notes[t->notes_size++] = (Note){{what, claim->index, about, agent}, {since, taken, begun, ended}};
}

/* --- luck: Philox 4x64, ten rounds, as NumPy has it (Salmon et al. 2011) -------------------- */

static inline void philox(const uint64_t *key, uint64_t row, uint64_t block, uint64_t *out) {
    uint64_t c0 = (row << ROW_BITS_OF_COUNTER) + block + 1, c1 = row >> (64 - ROW_BITS_OF_COUNTER);
    uint64_t c2 = 0, c3 = 0, k0 = key[0], k1 = key[1];
    for (int round = 0; round < 10; round++) {
        unsigned __int128 p = (unsigned __int128)0xD2E7470EE14C6C93ULL * c0;
        unsigned __int128 q = (unsigned __int128)0xCA5A826395121157ULL * c2;
        uint64_t n0 = (uint64_t)(q >> 64) ^ c1 ^ k0, n2 = (uint64_t)(p >> 64) ^ c3 ^ k1;
        c1 = (uint64_t)q;
        c3 = (uint64_t)p;
        c0 = n0;
        c2 = n2;
        k0 += 0x9E3779B97F4A7C15ULL;
        k1 += 0xBB67AE8584CAA73BULL;
    }
    out[0] = c0; out[1] = c1; out[2] = c2; out[3] = c3;
}

static inline double unit(uint64_t word) { return (double)(word >> 11) * (1.0 / 9007199254740992.0); }

/* One number of a claim's luck. Those of a block are asked for together: the last one is kept. */
static inline double luck_at(State *s, int purpose, uint64_t row, uint64_t place) {
    Block *last = &s->store->block;
    if (last->purpose != purpose || last->row != row || last->number != place >> 2) {
        philox(s->store->keys[purpose], row, place >> 2, last->words);
        last->purpose = purpose;
        last->row = row;
        last->number = place >> 2;
    }
    return unit(last->words[place & 3]);
}

#define PORT(port, purpose) \
    static inline double port(State *s, Claim *claim, int64_t i) { \
        return luck_at(s, purpose, (uint64_t)claim->key >> ROW_BITS, \
                       (uint64_t)(purpose##_COLUMNS * (claim->key & (SETTING_ROWS - 1)) + i)); \
    }
PORT(port_coding_luck, CLAIM_CODING)
PORT(port_decision_luck, CLAIM_DECISIONS)
PORT(port_rework_luck, CLAIM_REWORK)
PORT(port_rework_touch, CLAIM_REWORK_TOUCH)
PORT(port_machine_luck, CLAIM_CODING_AI)
PORT(port_payer_luck, CLAIM_PAYER_AI)
PORT(port_visit_luck, VISIT_LUCK)
PORT(port_visit_touch, VISIT_TOUCH)

static inline double port_query_luck(State *s, Claim *claim, int64_t i) {
    return luck_at(s, CLAIM_QUERY, (uint64_t)claim->key, (uint64_t)i);
}
