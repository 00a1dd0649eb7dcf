#include "workload.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "scenes.h"

static int
hex(char c)
{
    return c <= '9' ? c - '0' : c - 'a' + 10;
}

/* As tests/predict/record.py writes them. A frame is what came in answer to one key. */
static void
record_read(struct scene *s, const char *path)
{
    FILE *in = fopen(path, "r");
    bool begun = false;
    int c;

    if (!in) {
        perror(path);
        exit(1);
    }
    scene_frame(s);
    while ((c = getc(in)) != EOF) {
        char kind[8] = {(char)c};
        size_t n = 1;

        while ((c = getc(in)) != EOF && c != ' ' && n < sizeof(kind) - 1)
            kind[n++] = (char)c;
        if (strcmp(kind, "key") == 0 && begun) {
            scene_frame(s);
            begun = false;
        } else if (strcmp(kind, "out") == 0) {
            begun = true;
            while ((c = getc(in)) != EOF && c != ' ')
                ;
            while ((c = getc(in)) != EOF && c != '\n') {
                if (c == '%') {
                    int high = getc(in), low = getc(in);

                    c = hex((char)high) << 4 | hex((char)low);
                }
                buffer_put_byte(s->out, (uint8_t)c);
            }
            continue;
        }
        while (c != EOF && c != '\n')
            c = getc(in);
    }
    fclose(in);
}

static const char *const recordings[] = {"../predict/bash",
                                         "../predict/fish",
                                         "../predict/less",
                                         "../predict/nano",
                                         "../predict/python",
                                         "../predict/vim",
                                         "../predict/zsh",
                                         "htop",
                                         "man",
                                         "tmux",
                                         "top",
                                         "vim_code"};

const char *
workload_name(size_t n)
{
    size_t i = 0;

    for (; scenes[i].name; i++) {
        if (i == n)
            return scenes[i].name;
    }
    return n - i < ARRAY_LEN(recordings) ? recordings[n - i] : NULL;
}

struct workload
workload_new(const char *name, const char *folder)
{
    struct scene s = {.seed = {7}};
    char path[1024];

    for (size_t i = 0; scenes[i].name; i++) {
        if (strcmp(scenes[i].name, name) == 0) {
            scenes[i].write(&s);
            return s.w;
        }
    }
    snprintf(path, sizeof(path), "%s/%s.rec", folder, name);
    record_read(&s, path);
    return s.w;
}

void
workload_free(struct workload *w)
{
    for (size_t i = 0; i < w->count; i++)
        buffer_free(&w->frame[i]);
    free(w->frame);
    *w = (struct workload){0};
}
