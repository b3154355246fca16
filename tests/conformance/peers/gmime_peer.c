/* Says what gmime makes of the messages whose paths it is told, one JSON object a line. */

#include <gmime/gmime.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

static void string(const char *text)
{
    if (text == NULL) {
        fputs("null", stdout);
        return;
    }
    char *valid = g_utf8_make_valid(text, -1);
    putchar('"');
    for (const unsigned char *byte = (const unsigned char *) valid; *byte; byte++) {
        if (*byte == '"' || *byte == '\\') printf("\\%c", *byte);
        else if (*byte < 0x20) printf("\\u%04x", *byte);
        else putchar(*byte);
    }
    putchar('"');
    g_free(valid);
}

static void mailboxes(InternetAddressList *list, bool *is_first)
{
    for (int index = 0; list != NULL && index < internet_address_list_length(list); index++) {
        InternetAddress *address = internet_address_list_get_address(list, index);
        if (INTERNET_ADDRESS_IS_GROUP(address)) {
            mailboxes(internet_address_group_get_members(INTERNET_ADDRESS_GROUP(address)), is_first);
            continue;
        }
        const char *name = internet_address_get_name(address);
        fputs(*is_first ? "[" : ",[", stdout);
        *is_first = false;
        string(name != NULL ? name : "");
        putchar(',');
        string(internet_address_mailbox_get_addr(INTERNET_ADDRESS_MAILBOX(address)));
        putchar(']');
    }
}

static void addresses(const char *name, InternetAddressList *list)
{
    bool is_first = true;
    printf(",\"%s\":[", name);
    mailboxes(list, &is_first);
    putchar(']');
}

static void bytes(GMimeDataWrapper *content)
{
    if (content == NULL) {
        fputs("\"\"", stdout);
        return;
    }
    GMimeStream *memory = g_mime_stream_mem_new();
    g_mime_data_wrapper_write_to_stream(content, memory);
    GByteArray *array = g_mime_stream_mem_get_byte_array(GMIME_STREAM_MEM(memory));
    putchar('"');
    for (guint index = 0; index < array->len; index++) printf("%02x", array->data[index]);
    putchar('"');
    g_object_unref(memory);
}

static void walk(GMimeObject *part, int depth, bool *is_first)
{
    GMimeContentType *type = g_mime_object_get_content_type(part);
    bool is_part = GMIME_IS_PART(part);
    const char *name = is_part ? g_mime_part_get_filename(GMIME_PART(part)) : NULL;
    printf("%s{\"depth\":%d,\"type\":", *is_first ? "" : ",", depth);
    *is_first = false;
    char *kind = type != NULL ? g_mime_content_type_get_mime_type(type) : NULL;
    string(kind);
    g_free(kind);
    fputs(",\"name\":", stdout);
    string(name != NULL ? name : is_part ? "" : NULL);
    fputs(",\"bytes\":", stdout);
    if (is_part) bytes(g_mime_part_get_content(GMIME_PART(part)));
    else fputs("null", stdout);
    putchar('}');
    if (GMIME_IS_MULTIPART(part)) {
        int count = g_mime_multipart_get_count(GMIME_MULTIPART(part));
        for (int index = 0; index < count; index++)
            walk(g_mime_multipart_get_part(GMIME_MULTIPART(part), index), depth + 1, is_first);
    } else if (GMIME_IS_MESSAGE_PART(part)) {
        GMimeMessage *message = g_mime_message_part_get_message(GMIME_MESSAGE_PART(part));
        GMimeObject *root = message != NULL ? g_mime_message_get_mime_part(message) : NULL;
        if (root != NULL) walk(root, depth + 1, is_first);
    }
}

static void answer(GMimeMessage *message)
{
    const char *subject = g_mime_message_get_subject(message);
    fputs("{\"subject\":", stdout);
    string(subject != NULL ? subject : "");
    GDateTime *date = g_mime_message_get_date(message);
    if (date != NULL) printf(",\"date\":%" G_GINT64_FORMAT, g_date_time_to_unix(date));
    addresses("from", g_mime_message_get_from(message));
    addresses("to", g_mime_message_get_to(message));
    addresses("cc", g_mime_message_get_cc(message));
    fputs(",\"parts\":[", stdout);
    bool is_first = true;
    GMimeObject *root = g_mime_message_get_mime_part(message);
    if (root != NULL) walk(root, 0, &is_first);
    puts("]}");
}

int main(void)
{
    char path[4096];
    g_mime_init();
    while (fgets(path, sizeof path, stdin) != NULL) {
        path[strcspn(path, "\n")] = '\0';
        GMimeStream *stream = g_mime_stream_file_open(path, "r", NULL);
        if (stream == NULL) {
            puts("{}");
            continue;
        }
        GMimeParser *parser = g_mime_parser_new_with_stream(stream);
        g_mime_parser_set_persist_stream(parser, FALSE);
        GMimeMessage *message = g_mime_parser_construct_message(parser, NULL);
        if (message != NULL) {
            answer(message);
            g_object_unref(message);
        } else {
            puts("{}");
        }
        g_object_unref(parser);
        g_object_unref(stream);
    }
    g_mime_shutdown();
    return 0;
}
