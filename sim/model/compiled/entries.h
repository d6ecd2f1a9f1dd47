/* What Python calls. */

EXPORT int64_t engine_sizes(int64_t which) {
    static const int64_t sizes[] = {SIZES};
    return sizes[which];
}

/* The table of the run before, kept for the next one: a system takes its time to hand out memory. What
   is larger than that of twice a large hospital's year goes back, so that nobody sits on it. */
#define MOST_SPARE_BYTES (INT64_C(256) << 20)
typedef struct { Claim *claims; int64_t room; } Spare;
static Spare *spare;

static void take_spare(State *s) {
    Spare *kept = __atomic_exchange_n(&spare, NULL, __ATOMIC_ACQ_REL);
    if (kept == NULL) return;
    s->claims = kept->claims;
    s->store->claims_room = kept->room;
    free(kept);
}

static void keep_spare(State *s) {
    int64_t bytes = s->store->claims_room * (int64_t)sizeof(Claim);
    Spare *kept = bytes > MOST_SPARE_BYTES ? NULL : malloc(sizeof(Spare));
    if (kept == NULL) { free(s->claims); return; }
    *kept = (Spare){s->claims, s->store->claims_room};
    kept = __atomic_exchange_n(&spare, kept, __ATOMIC_ACQ_REL);
    if (kept != NULL) { free(kept->claims); free(kept); }
}

EXPORT int64_t engine_open(State *s, const uint64_t *keys) {
    Store *t = calloc(1, sizeof(Store));
    if (t == NULL) return 0;
    s->store = t;
    memcpy(t->keys, keys, sizeof t->keys);
    t->heaps = calloc((size_t)s->n_queues, sizeof(Heap));
    t->agenda = malloc((size_t)s->n_days * sizeof(List));
    t->outbox = malloc((size_t)s->n_days * sizeof(List));
    for (int64_t day = 0; day < s->n_days; day++) t->agenda[day] = t->outbox[day] = (List){-1, -1};
    t->errand_free = -1;
    t->block.purpose = -1;
    take_spare(s);
    return 1;
}

EXPORT void engine_close(State *s) {
    Store *t = s->store;
    if (t == NULL) return;
    for (int64_t q = 0; q < s->n_queues; q++) free(t->heaps[q].entries);
    free(t->heaps); free(t->agenda); free(t->outbox); free(t->errands); free(t->events); free(t->notes);
    free(t->pending); free(s->agents);
    keep_spare(s);
    free(t);
    s->store = NULL; s->claims = NULL; s->agents = NULL; s->n_claims = 0; s->n_agents = 0;
}

EXPORT int64_t next_number(State *s) { return s->store->number++; }

EXPORT void add_agent(State *s, Agent *agent) {
    Store *t = s->store;
    int64_t room = t->agents_room;
    s->agents = grown(s->agents, &t->agents_room, s->n_agents + 1, sizeof(Agent *));
    t->pending = grown(t->pending, &room, s->n_agents + 1, sizeof(int64_t));
    s->agents[s->n_agents] = agent;
    t->pending[s->n_agents++] = -1;
}

/* Room for so many more claims, each as the pattern; gives where they begin. */
EXPORT Claim *add_claims(State *s, int64_t count, const Claim *pattern) {
    s->claims = more_claims(s->claims, &s->store->claims_room, s->n_claims + count);
    Claim *first = s->claims + s->n_claims;
    for (int64_t i = 0; i < count; i++) {
        first[i] = *pattern;
        first[i].index = (int32_t)s->n_claims++;
    }
    return first;
}

/* Days and the like beyond all bounds are all the same. */
static inline int32_t short_of(int64_t x) {
    return (int32_t)min_whole(INT32_MAX, max_whole(INT32_MIN, x));
}

/* Fields of claims from columns of 64-bit numbers, or into them: their offsets and widths. */
EXPORT void write_columns(Claim *first, int64_t count, int64_t fields, const int64_t *offsets,
                          const int64_t *widths, const int64_t *const *columns) {
    for (int64_t i = 0; i < count; i++)
        for (int64_t f = 0; f < fields; f++) {
            char *place = (char *)&first[i] + offsets[f];
            if (widths[f] == 4) *(int32_t *)place = short_of(columns[f][i]);
            else memcpy(place, &columns[f][i], 8);
        }
}

EXPORT void read_columns(State *s, int64_t fields, const int64_t *offsets, const int64_t *widths,
                         int64_t *const *columns) {
    for (int64_t i = 0; i < s->n_claims; i++)
        for (int64_t f = 0; f < fields; f++) {
            const char *place = (const char *)&s->claims[i] + offsets[f];
            if (widths[f] == 4) columns[f][i] = *(const int32_t *)place;
            else memcpy(&columns[f][i], place, 8);
        }
}

EXPORT void mark(State *s, int64_t first, int64_t count, const int64_t *defects) {
    for (int64_t i = 0; i < count; i++) s->claims[first + i].defects |= (int32_t)defects[i];
}

EXPORT void admit(State *s, int64_t first, int64_t end, double now) {
    for (int64_t c = first; c < end; c++) k_admit(s, &s->claims[c], now);
}

EXPORT void stand(State *s, int64_t first, int64_t count, const int64_t *queue, const int64_t *since) {
    for (int64_t i = 0; i < count; i++) k_stand(s, queue[i], &s->claims[first + i], (double)since[i]);
}

EXPORT void put_down(State *s, int64_t what, int64_t count, const int64_t *claims, const int64_t *days,
                     const int64_t *values) {
    for (int64_t i = 0; i < count; i++)
        port_on(s, days[i], what, &s->claims[claims[i]], values[i]);
}

EXPORT void expect(State *s, int64_t first, int64_t end) {
    for (int64_t c = first; c < end; c++) k_expect(s, &s->claims[c]);
    for (int64_t c = first; c < end; c++) k_plan_service(s, &s->claims[c]);
}

EXPORT void receive_file(State *s, int64_t day) {
    Errand_ sent;
    if (day < 1) return;
    List *night = &s->store->outbox[day - 1];
    int64_t ahead = night->first;
    look_ahead(s, &ahead, ERRANDS_AHEAD);
    while (next_errand(s, night, &sent)) {
        look_ahead(s, &ahead, 1);
        k_submit(s, &s->claims[sent.claim], day);
    }
}

EXPORT void run_errands(State *s, int64_t day) {
    Errand_ errand;
    List *today = &s->store->agenda[day];
    int64_t ahead = today->first;
    look_ahead(s, &ahead, ERRANDS_AHEAD);
    while (next_errand(s, today, &errand)) {
        look_ahead(s, &ahead, 1);
        k_run_errand(s, errand.what, &s->claims[errand.claim], (double)day, errand.value);
    }
}

static void go_on(State *s, Agent *agent, double now) {
    double days = k_resume(s, agent, now);
    if (days < INFINITY) schedule(s, agent, now + days);
}

EXPORT void begin(State *s, Agent *agent, double now) { go_on(s, agent, now); }
EXPORT void leave(State *s, Agent *agent, double now) {
    s->store->pending[agent->index] = -1;
    k_leave(s, agent, now);
}
EXPORT void pass_on(State *s, Agent *agent, double now) { k_pass_on(s, agent, now); }
EXPORT void rouse(State *s, Agent *agent, double now) { k_rouse(s, agent, now); }

/* Let agents act up to an event of SimPy's: its time, priority and number. */
EXPORT void advance(State *s, double time, int64_t priority, int64_t number) {
    Store *t = s->store;
    while (t->events_size > 0) {
        Event *next = t->events;
        if (next->time > time) break;
        if (next->time == time && (priority < 1 || next->number > number)) break;
        Event event = take_event(t);
        if (t->pending[event.agent] != event.number) continue;
        t->pending[event.agent] = -1;
        if (t->events_size > 0) {
            int64_t in_hand = s->agents[t->events->agent]->hand_claim;
            if (in_hand >= 0) ask_for(s, in_hand);
        }
        go_on(s, s->agents[event.agent], event.time);
    }
}

/* Days that each claim in a queue has waited; gives their number. */
EXPORT int64_t ages(State *s, int64_t queue, double now, double *out) {
    Heap *heap = &s->store->heaps[queue];
    int64_t n = 0;
    for (int64_t i = 0; i < heap->size; i++) {
        Entry *entry = &heap->entries[i];
        if (s->claims[entry->claim].ticket == entry->ticket) out[n++] = now - entry->since;
    }
    return n;
}

/* The log of events: how many there are, and their words and times. */
EXPORT int64_t notes_made(State *s) { return s->store->notes_size; }
EXPORT void read_notes(State *s, int64_t *words, double *times) {
    for (int64_t i = 0; i < s->store->notes_size; i++) {
        memcpy(words + 4 * i, s->store->notes[i].words, 4 * sizeof(int64_t));
        memcpy(times + 4 * i, s->store->notes[i].times, 4 * sizeof(double));
    }
}
