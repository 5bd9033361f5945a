"""公示结果证明: numbers, no names."""

import io
from dataclasses import fields
from datetime import date

from pypdf import PdfReader

from disbursement.papers.certificate import Certificate, CheckedPhoto, Objections, certificate_paper, certificates_html


def certificate(**more) -> Certificate:
    given = {
        "title": "2020年春季学期学生资助名单公示", "semester": "2020年春季学期", "school": "高村镇第一小学",
        "started_on": date(2020, 6, 1), "ended_on": date(2020, 6, 8), "days": 7, "workdays": 5, "least_days": 7,
        "least_workdays": 5, "persons": 34, "person_times": 47, "digest": "2d711642b726" + "0" * 52,
        "photos": (CheckedPhoto("开始", date(2020, 6, 1), "王审"), CheckedPhoto("结束", None, "王审")),
        "objections": Objections(), "dated": date(2020, 6, 9),
    }  # fmt: skip
    return Certificate(**(given | more))


def test_certificate_has_no_field_for_a_pupil():
    assert not {f.name for f in fields(Certificate)} & {"rows", "names", "pupils"}


def test_certificate_says_how_long_how_many_and_who_checked():
    page = certificates_html([certificate()])
    assert "自2020年6月1日起至2020年6月8日止，公示7天" in page
    assert "34 人，47 人次" in page
    assert "2020年6月1日上传，王审核查通过" in page
    assert "<td>王审核查通过</td>" in page
    assert "公示期间没有收到异议" in page


def test_certificate_counts_objections_by_outcome():
    page = certificates_html([certificate(objections=Objections(received=4, sustained=1, dismissed=2))])
    assert "收到 4 件：成立 1 件（已撤下），不成立 2 件，未办结 1 件（暂缓发放）" in page


def test_certificate_is_one_page():
    paper = certificate_paper(certificate())
    assert (paper.name, paper.media_type) == (
        "公示结果证明-高村镇第一小学-2020年春季学期学生资助名单公示.pdf",
        "application/pdf",
    )
    assert len(PdfReader(io.BytesIO(paper.data)).pages) == 1
